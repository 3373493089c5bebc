//! Reads a prompt file: a few `key: value` lines between `---`, then the template.

use std::collections::BTreeSet;

use super::{About, PromptError, render};

const USER_MARK: &str = "<!-- user -->";

#[derive(Debug, Clone)]
pub(super) struct Template {
    pub about: About,
    pub system: String,
    pub user: Option<String>,
}

pub(super) fn parse(file: &str, text: &str) -> Result<Template, PromptError> {
    let invalid = |why: String| PromptError::Invalid { file: file.to_owned(), why };
    let text = text.replace("\r\n", "\n");
    let rest =
        text.strip_prefix("---\n").ok_or_else(|| invalid("it must begin with a line `---`".to_owned()))?;
    let (head, body) =
        rest.split_once("\n---\n").ok_or_else(|| invalid("its front matter has no end `---`".to_owned()))?;
    let mut about = About {
        id: String::new(),
        version: 0,
        role: String::new(),
        purpose: String::new(),
        inputs: Vec::new(),
        overridden: false,
    };
    let mut seen = BTreeSet::new();
    for line in head.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) =
            line.split_once(':').ok_or_else(|| invalid(format!("`{line}` is not `key: value`")))?;
        let (key, value) = (key.trim(), value.trim());
        if !seen.insert(key.to_owned()) {
            return Err(invalid(format!("`{key}` is there twice")));
        }
        match key {
            "id" => about.id = value.to_owned(),
            "version" => {
                let number =
                    value.parse().map_err(|_| invalid(format!("version {value} is not a number")))?;
                about.version = number;
            }
            "role" => about.role = value.to_owned(),
            "purpose" => about.purpose = value.to_owned(),
            "inputs" => {
                let names = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let names = names.ok_or_else(|| invalid("inputs must be a list like [a, b]".to_owned()))?;
                about.inputs = names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .filter(|name| !name.is_empty())
                    .collect();
            }
            other => return Err(invalid(format!("`{other}` is not a known key"))),
        }
    }
    if let Some(key) = ["id", "version", "role", "purpose", "inputs"].iter().find(|key| !seen.contains(**key))
    {
        return Err(invalid(format!("`{key}` is missing")));
    }
    let (system, user) = match body.split_once(&format!("\n{USER_MARK}\n")) {
        Some((system, user)) => (system, Some(user)),
        None => (body, None),
    };
    let template =
        Template { about, system: system.trim().to_owned(), user: user.map(|text| text.trim().to_owned()) };
    let used = render::used_inputs(&template).map_err(invalid)?;
    let declared: BTreeSet<String> = template.about.inputs.iter().cloned().collect();
    if let Some(name) = used.difference(&declared).next() {
        return Err(invalid(format!("it uses `{name}`, which is not among its inputs")));
    }
    if let Some(name) = declared.difference(&used).next() {
        return Err(invalid(format!("it never uses its input `{name}`")));
    }
    Ok(template)
}
