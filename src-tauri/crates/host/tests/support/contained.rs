//! A sandbox of containers on an engine of the test's own, and what tests do with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![allow(dead_code)] // Each test file uses some of it.

use std::sync::Arc;
use std::time::Duration;

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, ListContainersOptionsBuilder, StartContainerOptions,
    WaitContainerOptions,
};
use futures_util::StreamExt as _;
use host::sandbox::container::{Wish, select};
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::{Command, Ended, Outcome};

use crate::dockerd::{Dockerd, IMAGE, dockerd, inside};
use crate::support::{Ground, place};

pub struct Place {
    pub engine: Dockerd,
    pub ground: Ground,
    pub sandbox: Sandbox,
}

pub fn wish(engine: &Dockerd) -> Wish {
    Wish {
        engine: Some(engine.socket().display().to_string()),
        image: Some(IMAGE.to_owned()),
        inside: Some(inside()),
        ..Wish::default()
    }
}

pub async fn place() -> Option<Place> {
    let engine = dockerd().await?;
    let ground = Ground::new();
    let sandbox = select(&wish(&engine), ground.folder.path()).await.unwrap();
    Some(Place { engine, ground, sandbox: Sandbox::Container(Arc::new(sandbox)) })
}

pub fn shell(script: &str) -> Command {
    Command::new(["bash", "-c", script]).timeout(Duration::from_secs(60))
}

impl Place {
    pub async fn run(&self, spec: &SandboxSpec, script: &str) -> Outcome {
        self.sandbox.run(spec, shell(script)).await.unwrap()
    }

    pub async fn allowed(&self, spec: &SandboxSpec, script: &str) -> String {
        let outcome = self.run(spec, script).await;
        let text = outcome.stdout.text();
        assert!(outcome.success(), "{script}: {} {text} {}", outcome.summary(), outcome.stderr.text());
        text
    }

    /// In a container of its own, and in one with doors.
    pub async fn refused(&self, spec: &SandboxSpec, script: &str) {
        for place in self.places() {
            let outcome = place.run(spec, shell(script)).await.unwrap();
            let text = outcome.stdout.text() + &outcome.stderr.text();
            assert_eq!(outcome.ended, Ended::Exited, "{place:?}: {script}: {text}");
            assert!(!outcome.success() && !text.contains("secret-token"), "{place:?}: {script}: {text}");
        }
    }

    pub fn places(&self) -> [place::Place; 2] {
        [place::Place::Sandboxed(self.sandbox.clone()), place::Place::Cell(self.sandbox.clone())]
    }

    /// Without the sandbox the same script has its way.
    pub async fn control(&self, script: &str) {
        let outcome = Sandbox::Host.run(&self.ground.spec(), shell(script)).await.unwrap();
        assert!(outcome.success(), "the control fails too: {script}: {}", outcome.stderr.text());
    }

    /// A plain container that shares the engine's own network; returns its id.
    pub async fn open_container(&self, script: &str) -> String {
        let client = self.engine.client();
        let body = ContainerCreateBody {
            image: Some(IMAGE.to_owned()),
            cmd: Some(vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()]),
            host_config: Some(HostConfig { network_mode: Some("host".to_owned()), ..HostConfig::default() }),
            ..ContainerCreateBody::default()
        };
        let made = client.create_container(None::<CreateContainerOptions>, body).await.unwrap();
        client.start_container(&made.id, None::<StartContainerOptions>).await.unwrap();
        made.id
    }

    /// What such a container's script ended with.
    pub async fn open_code(&self, script: &str) -> i64 {
        let id = self.open_container(script).await;
        let client = self.engine.client();
        let mut waiting = client.wait_container(&id, None::<WaitContainerOptions>);
        while waiting.next().await.is_some() {}
        let found = client.inspect_container(&id, None::<InspectContainerOptions>).await.unwrap();
        found.state.unwrap().exit_code.unwrap()
    }

    /// Containers of ours, running or not.
    pub async fn containers(&self) -> usize {
        let filters =
            std::collections::HashMap::from([("label".to_owned(), vec!["app=pilothouse".to_owned()])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        loop {
            // Podman says `stopped` for a moment, which the client does not know.
            match self.engine.client().list_containers(Some(options.clone())).await {
                Ok(found) => return found.len(),
                Err(error) if error.to_string().contains("stopped") => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub async fn no_container_is_left(&self) {
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while self.containers().await > 0 {
            assert!(std::time::Instant::now() < deadline, "{} containers are left", self.containers().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
