//! Java and Kotlin: Maven and Gradle, by their wrappers where there are some.

use super::{Proposal, TEST, Tree, argv};

pub(super) fn detect(tree: &Tree<'_>, proposal: &mut Proposal) {
    if tree.has("pom.xml") {
        maven(tree, proposal);
    } else if let Some(build) = tree.first(&["build.gradle", "build.gradle.kts"]) {
        gradle(tree, proposal, build);
    }
}

fn maven(tree: &Tree<'_>, proposal: &mut Proposal) {
    let mvn = |goal: &str| {
        let program = if tree.has("mvnw") { format!("./{}", tree.path("mvnw")) } else { "mvn".to_owned() };
        let pom = tree.path("pom.xml");
        let inside: &[&str] = if tree.folder.is_empty() { &[] } else { &["-f", pom.as_str()] };
        argv([program.as_str(), "-B", "-q"].iter().chain(inside).chain(&[goal]).copied())
    };
    proposal.check_within(tree, "mvn test", TEST, mvn("test"), 1800);
    proposal.tests(mvn("test"));
    proposal.recipe(tree, "build", mvn("package"), &["target/**"]);
    // Running the tests' build once fetches plugins that `dependency:go-offline` misses.
    proposal.step(mvn("test-compile"), "maven", vec![tree.path("pom.xml")]);
}

fn gradle(tree: &Tree<'_>, proposal: &mut Proposal, build: &str) {
    let gradle = |task: &str| {
        let program =
            if tree.has("gradlew") { format!("./{}", tree.path("gradlew")) } else { "gradle".to_owned() };
        let inside: &[&str] = if tree.folder.is_empty() { &[] } else { &["-p", tree.folder.as_str()] };
        argv([program.as_str(), "--no-daemon", "-q"].iter().chain(inside).chain(&[task]).copied())
    };
    proposal.check_within(tree, "gradle test", TEST, gradle("test"), 1800);
    proposal.tests(gradle("test"));
    proposal.recipe(tree, "build", gradle("build"), &["build/**"]);
    let more = ["settings.gradle", "settings.gradle.kts", "gradle.properties", "gradle/libs.versions.toml"];
    let wrapper = "gradle/wrapper/gradle-wrapper.properties";
    let key = [build].into_iter().chain(more).chain([wrapper]).filter(|name| tree.has(name));
    proposal.step(gradle("testClasses"), "gradle maven", key.map(|name| tree.path(name)).collect());
}
