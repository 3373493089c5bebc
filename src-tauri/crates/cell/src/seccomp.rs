//! The system calls a confined command does not get.
//!
//! Namespaces hide files, processes and networks; this filter closes what they leave open: sockets of families
//! that no namespace confines (`AF_VSOCK` reaches the hypervisor), kernel interfaces with a history of holes
//! (bpf, io_uring, userfaultfd, keyrings), new namespaces and mounts, and typing into a terminal (`TIOCSTI`).
//! Everything else is allowed: compilers, interpreters, git and test runners must not notice.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The filter cannot be built; only on an architecture it does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the system call filter cannot be built: {0}")]
pub struct FilterError(String);

/// The filters, ready to be put on a process; each one is added on top of the one before.
#[derive(Clone)]
pub struct Filters(Vec<BpfProgram>);

impl Filters {
    pub fn build() -> Result<Self, FilterError> {
        let refused = compile(refused()?, libc::EPERM)?;
        // Its flags stand in memory where a filter cannot look, so it must seem absent: callers use clone then.
        let absent = compile(Rules::from([(libc::SYS_clone3, vec![])]), libc::ENOSYS)?;
        Ok(Self(vec![without_x32(refused), absent]))
    }

    /// As bubblewrap reads them.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(|program| to_bytes(program)).collect()
    }

    /// Puts them on this thread and everything it will start, for ever, with the promise to gain no
    /// privileges. Async-signal-safe: may be called between fork and exec.
    #[allow(unsafe_code)] // There is no wrapper of the system calls in std; see the note below.
    pub fn put_on(&self) -> io::Result<()> {
        // SAFETY: prctl and seccomp read the program, which lives as long as `self`, and keep no pointer.
        unsafe {
            if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
                return Err(io::Error::last_os_error());
            }
            for program in &self.0 {
                let whole = libc::sock_fprog {
                    // The kernel's own limit is 4096 instructions.
                    len: program.len() as u16,
                    filter: program.as_ptr().cast_mut().cast(),
                };
                let mode = libc::SECCOMP_SET_MODE_FILTER;
                if libc::syscall(libc::SYS_seccomp, mode, 0, &raw const whole) != 0 {
                    return Err(io::Error::last_os_error());
                }
            }
        }
        Ok(())
    }
}

fn refused() -> Result<Rules, FilterError> {
    let mut rules: Rules = never().iter().map(|call| (*call, vec![])).collect();
    let differs = |argument, value: i32| condition(argument, SeccompCmpOp::Ne, value);
    let equals = |argument, value: i32| condition(argument, SeccompCmpOp::Eq, value);

    let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let other_family = families.iter().map(|family| differs(0, *family)).collect::<Result<_, _>>()?;
    // Routing netlink lists network interfaces (node's os.networkInterfaces); other protocols configure them.
    let other_netlink = vec![equals(0, libc::AF_NETLINK)?, differs(2, libc::NETLINK_ROUTE)?];
    rules.insert(libc::SYS_socket, vec![rule(other_family)?, rule(other_netlink)?]);
    rules.insert(libc::SYS_socketpair, vec![rule(vec![differs(0, libc::AF_UNIX)?])?]);

    #[allow(clippy::unnecessary_cast)] // Their type differs between C libraries.
    let typing = [libc::TIOCSTI as u64, libc::TIOCLINUX as u64];
    let typing = typing.iter().map(|order| rule(vec![ioctl(*order)?])).collect::<Result<_, FilterError>>()?;
    rules.insert(libc::SYS_ioctl, typing);

    let namespaces = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let cloning = namespaces
        .iter()
        .map(|flag| {
            let flag = u64::from(flag.cast_unsigned());
            let set = SeccompCondition::new(0, Dword, SeccompCmpOp::MaskedEq(flag), flag).map_err(broken)?;
            rule(vec![set])
        })
        .collect::<Result<_, FilterError>>()?;
    rules.insert(libc::SYS_clone, cloning);
    Ok(rules)
}

/// Refused whatever the arguments.
fn never() -> &'static [i64] {
    &[
        libc::SYS_acct,
        libc::SYS_add_key,
        libc::SYS_bpf,
        libc::SYS_clock_settime,
        libc::SYS_delete_module,
        libc::SYS_finit_module,
        libc::SYS_fsconfig,
        libc::SYS_fsmount,
        libc::SYS_fsopen,
        libc::SYS_fspick,
        libc::SYS_init_module,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_io_uring_setup,
        libc::SYS_kexec_load,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_mount_setattr,
        libc::SYS_move_mount,
        libc::SYS_open_by_handle_at,
        libc::SYS_open_tree,
        libc::SYS_perf_event_open,
        libc::SYS_pivot_root,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_quotactl,
        libc::SYS_reboot,
        libc::SYS_request_key,
        libc::SYS_sethostname,
        libc::SYS_setns,
        libc::SYS_settimeofday,
        libc::SYS_swapoff,
        libc::SYS_swapon,
        libc::SYS_syslog,
        libc::SYS_umount2,
        libc::SYS_unshare,
        libc::SYS_userfaultfd,
        libc::SYS_vhangup,
    ]
}

fn condition(argument: u8, op: SeccompCmpOp, value: i32) -> Result<SeccompCondition, FilterError> {
    SeccompCondition::new(argument, Dword, op, u64::from(value.cast_unsigned())).map_err(broken)
}

fn ioctl(order: u64) -> Result<SeccompCondition, FilterError> {
    SeccompCondition::new(1, Dword, SeccompCmpOp::Eq, order).map_err(broken)
}

fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, FilterError> {
    SeccompRule::new(conditions).map_err(broken)
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, FilterError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(broken)?;
    let refuse = SeccompAction::Errno(errno.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).map_err(broken)?;
    filter.try_into().map_err(broken)
}

/// On x86-64 every call has a second number in the x32 range, which the rules do not name: refused as absent.
fn without_x32(program: BpfProgram) -> BpfProgram {
    if !cfg!(target_arch = "x86_64") {
        return program;
    }
    const LOAD_NUMBER: sock_filter = sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 };
    const SKIP_IF_BELOW_X32: sock_filter = sock_filter { code: 0x35, jt: 0, jf: 1, k: 0x4000_0000 };
    const RETURN_ENOSYS: sock_filter =
        sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | libc::ENOSYS.cast_unsigned() };
    [LOAD_NUMBER, SKIP_IF_BELOW_X32, RETURN_ENOSYS].into_iter().chain(program).collect()
}

/// The kernel's `struct sock_filter`, in the byte order of the machine.
fn to_bytes(program: &[sock_filter]) -> Vec<u8> {
    let one = |step: &sock_filter| {
        let mut bytes = step.code.to_ne_bytes().to_vec();
        bytes.extend([step.jt, step.jf]);
        bytes.extend(step.k.to_ne_bytes());
        bytes
    };
    program.iter().flat_map(one).collect()
}

fn broken(error: impl std::fmt::Display) -> FilterError {
    FilterError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_are_whole_instructions_and_fit_a_pipe() {
        let programs = Filters::build().unwrap().bytes();
        assert_eq!(programs.len(), 2);
        assert!(programs.iter().all(|bytes| bytes.len() % 8 == 0 && bytes.len() < 32 * 1024));
    }
}
