//! Roles: what somebody is let in as, and who may give what to whom.
//!
//! A role is a set of scopes to begin with. What a device may do is decided by its scopes alone, so that a person can
//! tick more or fewer boxes; its role is then the smallest one that has them all.

use protocol::device::DeviceRole;
use protocol::ops::Permission;

/// Why scopes cannot be given; the text says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotGiven {
    NotForDevices(Permission),
    Mixed,
    NeedsRead,
    NotYours(Permission),
}

impl std::fmt::Display for NotGiven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotGiven::NotForDevices(scope) => write!(f, "No device can have the scope {scope}."),
            NotGiven::Mixed => {
                f.write_str("A machine has the scope node and no other, and nothing else has it.")
            }
            NotGiven::NeedsRead => f.write_str("A device needs the scope read at least."),
            NotGiven::NotYours(scope) => {
                write!(f, "Nobody gives what they do not have: the scope {scope} is missing.")
            }
        }
    }
}

impl NotGiven {
    /// Whether the caller lacks something, rather than having asked for nonsense.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, NotGiven::NotYours(_))
    }
}

/// The scopes a role begins with.
pub fn scopes_of(role: DeviceRole) -> &'static [Permission] {
    use Permission::*;
    match role {
        DeviceRole::Owner => {
            &[Read, Chat, Approve, Jobs, Merge, Publish, TerminalRead, TerminalWrite, Pair, Admin]
        }
        DeviceRole::Member => &[Read, Chat, Approve, Jobs, Merge, Publish, TerminalRead],
        DeviceRole::Approver => &[Read, Approve],
        DeviceRole::Viewer => &[Read],
        DeviceRole::Node => &[Node],
    }
}

/// What a device gets when nothing was said: enough for a phone.
pub const USUAL: [Permission; 3] = [Permission::Read, Permission::Chat, Permission::Approve];

/// The smallest role that has all of `scopes`. Typing into terminals is a box that a member can have ticked; pairing
/// and administration are the owner's.
pub fn role_for(scopes: &[Permission]) -> DeviceRole {
    let within = |role: DeviceRole| scopes.iter().all(|scope| scopes_of(role).contains(scope));
    if scopes == [Permission::Node] {
        DeviceRole::Node
    } else if within(DeviceRole::Viewer) {
        DeviceRole::Viewer
    } else if within(DeviceRole::Approver) {
        DeviceRole::Approver
    } else if scopes.contains(&Permission::Pair) || scopes.contains(&Permission::Admin) {
        DeviceRole::Owner
    } else {
        DeviceRole::Member
    }
}

/// What is offered: the scopes that were named, else those of the role, else the usual ones; each once, in the order
/// of declaration. Errors: scopes that no device can have, or none at all.
pub fn offered(
    role: Option<DeviceRole>,
    scopes: Option<&[Permission]>,
) -> Result<(DeviceRole, Vec<Permission>), NotGiven> {
    let named = match (scopes, role) {
        (Some(scopes), _) => scopes,
        (None, Some(role)) => scopes_of(role),
        (None, None) => &USUAL,
    };
    let scopes: Vec<Permission> = Permission::ALL.iter().copied().filter(|one| named.contains(one)).collect();
    if scopes.contains(&Permission::Work) {
        return Err(NotGiven::NotForDevices(Permission::Work));
    }
    let of_nodes = scopes.contains(&Permission::Node);
    if (of_nodes && scopes.len() > 1) || (role == Some(DeviceRole::Node)) != of_nodes && role.is_some() {
        return Err(NotGiven::Mixed);
    }
    if !of_nodes && !scopes.contains(&Permission::Read) {
        return Err(NotGiven::NeedsRead);
    }
    let least = role_for(&scopes);
    // A role that was named stays, as long as it is no less than what is given with it.
    let role = role.filter(|role| rank(*role) >= rank(least)).unwrap_or(least);
    Ok((role, scopes))
}

fn rank(role: DeviceRole) -> u8 {
    match role {
        DeviceRole::Node | DeviceRole::Viewer => 0,
        DeviceRole::Approver => 1,
        DeviceRole::Member => 2,
        DeviceRole::Owner => 3,
    }
}

/// Whether whoever has what `may` says can give `scopes`, or take them away. A machine is let in by administrators.
pub fn may_give(scopes: &[Permission], may: impl Fn(Permission) -> bool) -> Result<(), NotGiven> {
    for scope in scopes {
        let needed = if *scope == Permission::Node { Permission::Admin } else { *scope };
        if !may(needed) {
            return Err(NotGiven::NotYours(needed));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::*;

    #[test]
    fn without_a_word_a_device_may_read_chat_and_approve() {
        assert_eq!(offered(None, None), Ok((DeviceRole::Member, vec![Read, Chat, Approve])));
        assert_eq!(offered(Some(DeviceRole::Viewer), None), Ok((DeviceRole::Viewer, vec![Read])));
        assert_eq!(offered(Some(DeviceRole::Node), None), Ok((DeviceRole::Node, vec![Node])));
    }

    #[test]
    fn scopes_that_are_named_decide_and_the_role_follows() {
        let given = offered(None, Some(&[Approve, Read, Read]));
        assert_eq!(given, Ok((DeviceRole::Approver, vec![Read, Approve])));
        let given = offered(Some(DeviceRole::Member), Some(&[Read, TerminalRead, TerminalWrite]));
        assert_eq!(given, Ok((DeviceRole::Member, vec![Read, TerminalRead, TerminalWrite])));
        let given = offered(Some(DeviceRole::Viewer), Some(&[Read, Admin]));
        assert_eq!(given, Ok((DeviceRole::Owner, vec![Read, Admin])), "a role never says less than it gives");
        let given = offered(Some(DeviceRole::Member), Some(&[Read]));
        assert_eq!(given, Ok((DeviceRole::Member, vec![Read])));
    }

    #[test]
    fn what_no_device_may_have_is_refused() {
        assert_eq!(offered(None, Some(&[Read, Work])), Err(NotGiven::NotForDevices(Work)));
        assert_eq!(offered(None, Some(&[Read, Node])), Err(NotGiven::Mixed));
        assert_eq!(offered(Some(DeviceRole::Owner), Some(&[Node])), Err(NotGiven::Mixed));
        assert_eq!(offered(Some(DeviceRole::Node), Some(&[Read])), Err(NotGiven::Mixed));
        assert_eq!(offered(None, Some(&[Chat])), Err(NotGiven::NeedsRead));
        assert_eq!(offered(None, Some(&[])), Err(NotGiven::NeedsRead));
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let pairer = |scope: Permission| [Read, Approve, Pair].contains(&scope);
        assert_eq!(may_give(&[Read, Approve], pairer), Ok(()));
        assert_eq!(may_give(&[Read, Chat], pairer), Err(NotGiven::NotYours(Chat)));
        assert_eq!(may_give(&[Node], pairer), Err(NotGiven::NotYours(Admin)));
    }

    #[test]
    fn every_role_covers_its_own_scopes() {
        for role in DeviceRole::ALL {
            assert_eq!(offered(Some(*role), None), Ok((*role, scopes_of(*role).to_vec())));
            assert_eq!(role_for(scopes_of(*role)), *role);
        }
    }
}
