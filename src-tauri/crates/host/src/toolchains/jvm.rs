//! A JDK, Maven and Gradle, and their caches.

use std::path::PathBuf;

use super::Machine;
use super::kit::{Kit, Setting};
use super::machine::installation;

const MAVEN_OFFLINE: &str = "<settings><offline>true</offline></settings>\n";
const GRADLE_OFFLINE: &str = "gradle.startParameter.offline = true\n";

pub(super) fn detect(machine: &Machine) -> Option<Kit> {
    let sdkman = machine.folder("SDKMAN_DIR", ".sdkman").map(|root| root.join("candidates"));
    let named =
        machine.variable("JAVA_HOME").map(PathBuf::from).filter(|home| home.join("bin/java").exists());
    let managed =
        sdkman.as_ref().map(|all| all.join("java/current")).filter(|home| home.join("bin/java").exists());
    let on_path = machine.program("java").as_deref().and_then(installation);
    let home = named.or(managed).or(on_path)?;
    let mut kit = Kit { name: "jvm", place: home.join("bin/java"), ..Kit::default() };
    kit.path.push(home.join("bin"));
    kit.always.push(("JAVA_HOME", Setting::path(&home)));
    kit.outside.push(("JAVA_HOME", home.clone()));
    // The name may be a link to the version that is really installed.
    kit.shown.extend(std::fs::canonicalize(&home).ok());
    kit.shown.push(home);
    if let Some(all) = sdkman.filter(|all| all.is_dir()) {
        kit.path.extend(["maven", "gradle", "kotlin"].iter().map(|tool| all.join(tool).join("current/bin")));
        kit.shown.push(all);
    }
    kit.caches = vec![
        (machine.home.join(".m2/repository"), ".m2/repository"),
        (machine.home.join(".gradle/caches"), ".gradle-shared"),
        (machine.home.join(".gradle/wrapper/dists"), ".gradle/wrapper/dists"),
        (machine.home.join(".m2/wrapper"), ".m2/wrapper"),
    ];
    kit.always.push(("GRADLE_USER_HOME", Setting::BelowHome(".gradle")));
    kit.offline.push(("GRADLE_RO_DEP_CACHE", Setting::BelowHome(".gradle-shared")));
    kit.offline_files = vec![
        (".m2/settings.xml", MAVEN_OFFLINE.to_owned()),
        (".gradle/init.d/offline.gradle", GRADLE_OFFLINE.to_owned()),
    ];
    Some(kit)
}
