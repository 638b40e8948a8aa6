//! How settings are laid upon each other: a file upon the embedded default, the environment upon both. What a value means is not known here.

use anyhow::{Context, bail};

/// What environment variables that set something begin with.
const ENVIRONMENT_PREFIX: &str = "SALDO_";

/// Lays `over` upon `base`; a key that `base` lacks, or of another type, is an error.
pub(super) fn merge(base: &mut toml::Table, over: toml::Table, path: &str) -> anyhow::Result<()> {
    for (key, value) in over {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (base.get_mut(&key), value) {
            (None, _) => bail!("there is no setting {name}; `saldo config` lists them all"),
            (Some(toml::Value::Table(inner)), toml::Value::Table(over)) => merge(inner, over, &name)?,
            (Some(slot), value) if slot.type_str() == value.type_str() => *slot = value,
            (Some(slot), value) => bail!("{name} must be a {}, not a {}", slot.type_str(), value.type_str()),
        }
    }
    Ok(())
}

/// `SALDO_STRIPE__SECRET_KEY` sets `[stripe] secret_key`; with `_FILE` behind it the value is the content of that file.
pub(super) fn set_from_environment(table: &mut toml::Table, name: &str, value: String) -> anyhow::Result<()> {
    let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else { return Ok(()) };
    let Some((section, key)) = path.split_once("__") else { return Ok(()) };
    let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
    let Some(toml::Value::Table(section_table)) = table.get_mut(&section) else {
        bail!("{name}: there is no section [{section}]");
    };
    // `SALDO_TOPUP__AUTOMATIC__ENABLED` sets `[topup.automatic] enabled`.
    if let Some((inner, key)) = key.split_once("__")
        && let Some(toml::Value::Table(inner_table)) = section_table.get_mut(inner)
    {
        return set_key(inner_table, name, &format!("{section}.{inner}"), key, value);
    }
    set_key(section_table, name, &section, &key, value)
}

fn set_key(
    section_table: &mut toml::Table,
    name: &str,
    section: &str,
    key: &str,
    value: String,
) -> anyhow::Result<()> {
    let (key, value) = match key.strip_suffix("_file") {
        Some(real) if !section_table.contains_key(key) => {
            let text = std::fs::read_to_string(&value).with_context(|| format!("{name}: reading {value}"))?;
            (real.to_owned(), text.trim_end_matches(['\n', '\r']).to_owned())
        }
        _ => (key.to_owned(), value),
    };
    let Some(slot) = section_table.get_mut(&key) else {
        bail!("{name}: there is no setting {section}.{key}; `saldo config` lists them all");
    };
    *slot = match slot {
        toml::Value::String(_) => toml::Value::String(value),
        toml::Value::Integer(_) => {
            toml::Value::Integer(value.parse().with_context(|| format!("{name}: not a number"))?)
        }
        toml::Value::Boolean(_) => {
            toml::Value::Boolean(value.parse().with_context(|| format!("{name}: not true or false"))?)
        }
        toml::Value::Array(_) => toml::Value::Array(
            value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(toml::Value::from).collect(),
        ),
        other => bail!("{name}: a {} cannot be set from the environment", other.type_str()),
    };
    Ok(())
}
