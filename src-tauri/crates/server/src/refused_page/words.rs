//! What is said of each refusal, in each language. Words of the owner's matters (`pilothouse …`) are for whoever sits
//! at the server; whoever does not is told whom to ask.

use super::language::Language;
use protocol::ErrorCode;

pub(super) struct Words {
    pub title: &'static str,
    pub what: &'static str,
    /// HTML of our own.
    pub steps: &'static [&'static str],
}

/// The head of the steps, and what stands before the code.
pub(super) fn around(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => ("What to do", "The server said"),
        Language::German => ("Was Sie tun können", "Der Server sagte"),
    }
}

pub(super) fn of(language: Language, code: ErrorCode) -> Words {
    match language {
        Language::English => english(code),
        Language::German => german(code),
    }
}

fn english(code: ErrorCode) -> Words {
    let (title, what, steps): (_, _, &[&str]) = match code {
        ErrorCode::WrongHost => (
            "Wrong address",
            "A Pilothouse server answers here, but not under the name in your address bar. It answers to its own names only, so that no other site can pass itself off as it.",
            &[
                "On the server's own machine, open it with <code>pilothouse open</code>.",
                "From another device, use an address that the Devices page shows.",
                "If this name is yours, its owner adds it to <code>listen.names</code>.",
            ],
        ),
        ErrorCode::ForeignOrigin => (
            "Opened by another site",
            "Another page sent this request. Pilothouse takes requests from its own page only.",
            &["Type the address yourself, or run <code>pilothouse open</code> on the server's machine."],
        ),
        ErrorCode::Unauthenticated => (
            "Not signed in",
            "Pilothouse answers only to browsers that were let in, also on this machine. A link to sign in works once and for a short time.",
            &[
                "On the server's machine, <code>pilothouse open</code> signs this browser in with a new link.",
                "For another device, make a code with <code>pilothouse pair</code> there, or on the Devices page.",
            ],
        ),
        ErrorCode::DeviceRevoked => (
            "This device was removed",
            "It was let in once, and its access was taken back.",
            &["Ask the owner to pair it again: the Devices page, or <code>pilothouse pair</code>."],
        ),
        ErrorCode::LocalOnly => (
            "Only on the server's own machine",
            "What you opened works on the machine that Pilothouse runs on, and from nowhere else.",
            &[
                "To use Pilothouse from this device, pair it: <code>pilothouse pair</code> on the server's machine makes a code.",
            ],
        ),
        ErrorCode::TailnetUnknown => (
            "Unknown machine",
            "Tailscale does not know the machine you came from, so it is not let in.",
            &[
                "Check that Tailscale is connected on this device, with the account that the server's owner uses.",
                "If it has just joined the tailnet, wait a few seconds and load this page again.",
            ],
        ),
        ErrorCode::TailnetNotAllowed => (
            "This account is not let in",
            "Your machine is in the tailnet, but the account it belongs to is not on this server's list.",
            &[
                "Switch Tailscale to the account of the server's owner.",
                "Or ask the owner to add your account to <code>listen.allow</code>.",
            ],
        ),
        ErrorCode::TailnetTagged => (
            "Machines with tags are not let in",
            "Your machine belongs to a tag of the tailnet instead of a person.",
            &[
                "Ask the owner to add its tag to <code>listen.allow</code>, or come from a machine of your own.",
            ],
        ),
        ErrorCode::TailnetFunnel => (
            "Not open to the internet",
            "This request came from the internet, through Tailscale Funnel. Only the tailnet is let in.",
            &["Connect this device to the tailnet and open the address again."],
        ),
        ErrorCode::TailnetUnavailable => (
            "Nobody can be let in at the moment",
            "The server cannot ask Tailscale who you are. Until it can, it lets nobody in this way.",
            &[
                "Wait a moment and load this page again.",
                "On the server's machine, <code>pilothouse doctor</code> says what is the matter.",
            ],
        ),
        ErrorCode::NotServe => (
            "Not the way in",
            "This port takes only what Tailscale Serve forwards to it.",
            &[
                "Open the https address that the Devices page shows, or run <code>pilothouse open</code> here.",
            ],
        ),
        ErrorCode::RateLimited => (
            "Too many tries",
            "Too much came from your address in a short time.",
            &["Wait a minute and load this page again."],
        ),
        _ => (
            "This was refused",
            "The server did not answer this request.",
            &[
                "Open the server's start page instead.",
                "On its machine, <code>pilothouse open</code> opens it, and <code>pilothouse doctor</code> says what is the matter.",
            ],
        ),
    };
    Words { title, what, steps }
}

fn german(code: ErrorCode) -> Words {
    let (title, what, steps): (_, _, &[&str]) = match code {
        ErrorCode::WrongHost => (
            "Falsche Adresse",
            "Hier antwortet ein Pilothouse-Server, aber nicht unter dem Namen in Ihrer Adresszeile. Er hört nur auf seine eigenen Namen, damit sich keine andere Seite für ihn ausgeben kann.",
            &[
                "Auf dem Rechner des Servers öffnet ihn <code>pilothouse open</code>.",
                "Von einem anderen Gerät nehmen Sie eine Adresse, die die Seite „Geräte“ zeigt.",
                "Gehört der Name Ihnen, trägt ihn der Besitzer bei <code>listen.names</code> ein.",
            ],
        ),
        ErrorCode::ForeignOrigin => (
            "Von einer anderen Seite geöffnet",
            "Diese Anfrage kam von einer anderen Seite. Pilothouse nimmt nur Anfragen der eigenen an.",
            &[
                "Geben Sie die Adresse selbst ein, oder rufen Sie auf dem Rechner des Servers <code>pilothouse open</code> auf.",
            ],
        ),
        ErrorCode::Unauthenticated => (
            "Nicht angemeldet",
            "Pilothouse antwortet nur Browsern, die eingelassen wurden, auch auf diesem Rechner. Ein Link zum Anmelden gilt einmal und nur kurze Zeit.",
            &[
                "Auf dem Rechner des Servers meldet <code>pilothouse open</code> diesen Browser mit einem neuen Link an.",
                "Für ein anderes Gerät machen Sie dort mit <code>pilothouse pair</code> oder auf der Seite „Geräte“ einen Code.",
            ],
        ),
        ErrorCode::DeviceRevoked => (
            "Dieses Gerät wurde entfernt",
            "Es war einmal eingelassen, und sein Zugang wurde zurückgenommen.",
            &[
                "Bitten Sie den Besitzer, es neu zu koppeln: Seite „Geräte“ oder <code>pilothouse pair</code>.",
            ],
        ),
        ErrorCode::LocalOnly => (
            "Nur auf dem Rechner des Servers",
            "Was Sie geöffnet haben, geht auf dem Rechner, auf dem Pilothouse läuft, und sonst nirgends.",
            &[
                "Um Pilothouse von diesem Gerät aus zu benutzen, koppeln Sie es: <code>pilothouse pair</code> auf dem Rechner des Servers macht einen Code.",
            ],
        ),
        ErrorCode::TailnetUnknown => (
            "Unbekannter Rechner",
            "Tailscale kennt den Rechner nicht, von dem Sie kommen; er wird nicht eingelassen.",
            &[
                "Prüfen Sie, ob Tailscale auf diesem Gerät verbunden ist, mit dem Konto des Besitzers.",
                "Ist es gerade erst dazugekommen, warten Sie ein paar Sekunden und laden die Seite neu.",
            ],
        ),
        ErrorCode::TailnetNotAllowed => (
            "Dieses Konto ist nicht eingelassen",
            "Ihr Rechner ist im Tailnet, aber das Konto, zu dem er gehört, steht nicht auf der Liste dieses Servers.",
            &[
                "Wechseln Sie in Tailscale zum Konto des Besitzers.",
                "Oder bitten Sie den Besitzer, Ihr Konto bei <code>listen.allow</code> einzutragen.",
            ],
        ),
        ErrorCode::TailnetTagged => (
            "Rechner mit Tags sind nicht eingelassen",
            "Ihr Rechner gehört im Tailnet zu einem Tag und nicht zu einer Person.",
            &[
                "Bitten Sie den Besitzer, den Tag bei <code>listen.allow</code> einzutragen, oder kommen Sie von einem eigenen Rechner.",
            ],
        ),
        ErrorCode::TailnetFunnel => (
            "Nicht im Internet",
            "Diese Anfrage kam aus dem Internet, durch Tailscale Funnel. Nur das Tailnet wird eingelassen.",
            &["Verbinden Sie dieses Gerät mit dem Tailnet und öffnen Sie die Adresse noch einmal."],
        ),
        ErrorCode::TailnetUnavailable => (
            "Zurzeit kann niemand eingelassen werden",
            "Der Server kann Tailscale nicht fragen, wer Sie sind. Solange lässt er auf diesem Weg niemanden ein.",
            &[
                "Warten Sie einen Moment und laden Sie die Seite neu.",
                "Auf dem Rechner des Servers sagt <code>pilothouse doctor</code>, was los ist.",
            ],
        ),
        ErrorCode::NotServe => (
            "Hier geht es nicht hinein",
            "Dieser Port nimmt nur an, was Tailscale Serve an ihn weiterleitet.",
            &[
                "Öffnen Sie die https-Adresse, die die Seite „Geräte“ zeigt, oder rufen Sie hier <code>pilothouse open</code> auf.",
            ],
        ),
        ErrorCode::RateLimited => (
            "Zu viele Versuche",
            "Von Ihrer Adresse kam in kurzer Zeit zu viel.",
            &["Warten Sie eine Minute und laden Sie die Seite neu."],
        ),
        _ => (
            "Das wurde abgelehnt",
            "Der Server hat diese Anfrage nicht beantwortet.",
            &[
                "Öffnen Sie stattdessen die Startseite des Servers.",
                "Auf seinem Rechner öffnet sie <code>pilothouse open</code>, und <code>pilothouse doctor</code> sagt, was los ist.",
            ],
        ),
    };
    Words { title, what, steps }
}
