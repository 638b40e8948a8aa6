//! Lists by cursor, and related objects in the place of their ids.

use serde_json::{Value, json};

use super::Call;
use super::error::ApiError;
use super::params::{Kind, Spec};
use crate::state::{Cursor, Filter};

/// Items of a page when the call does not say.
const LIMIT_DEFAULT: i64 = 10;
/// Most items of a page.
const LIMIT_MAX: i64 = 100;
/// Most objects inside objects that one call may ask for, in levels.
const EXPAND_DEPTH_MAX: usize = 4;

/// The parameters that every list takes.
pub(crate) const PAGE: Spec =
    &[("limit", Kind::Integer), ("starting_after", Kind::Text), ("ending_before", Kind::Text)];
/// Those of a list that can be narrowed to a time.
const CREATED: Spec = &[
    ("created", Kind::Integer),
    ("created[gt]", Kind::Integer),
    ("created[gte]", Kind::Integer),
    ("created[lt]", Kind::Integer),
    ("created[lte]", Kind::Integer),
];

/// Checks the parameters of a list that can be narrowed to a time: those, those of `spec`, and where it begins. Returns the
/// filter with what `created` says.
pub(crate) fn narrowed(call: &Call<'_>, spec: Spec) -> Result<Filter, ApiError> {
    let params = call.params;
    params.check_all(&[spec, PAGE, CREATED])?;
    let at = params.integer("created");
    let text = |name: &str| -> Option<String> {
        let wanted = spec.iter().any(|(known, _)| *known == name);
        params.text(name).filter(|_| wanted).map(str::to_owned)
    };
    Ok(Filter {
        customer: text("customer"),
        payment_intent: text("payment_intent"),
        status: text("status"),
        types: text("type").map(|kind| vec![kind]),
        charge: text("charge"),
        source: text("source"),
        payout: text("payout"),
        from: at
            .or(params.integer("created[gte]"))
            .or(params.integer("created[gt]").map(|seconds| seconds.saturating_add(1))),
        until: at
            .or(params.integer("created[lte]"))
            .or(params.integer("created[lt]").map(|seconds| seconds.saturating_sub(1))),
        delivered: None,
    })
}

/// One page of the objects of a kind; `url` is the list's own address.
pub(crate) fn list(call: &Call<'_>, kind: &str, url: &str, filter: &Filter) -> Result<Value, ApiError> {
    let limit = call.params.integer("limit").unwrap_or(LIMIT_DEFAULT);
    let bound =
        |message: String| Err(ApiError::invalid(message).code("parameter_invalid_integer").param("limit"));
    let limit = match limit {
        i64::MIN..=0 => return bound("This value must be greater than or equal to 1.".into()),
        1..=LIMIT_MAX => u32::try_from(limit).unwrap_or(1),
        _ => return bound(format!("This value must be less than or equal to {LIMIT_MAX}.")),
    };
    let place = |param: &str| -> Result<Option<i64>, ApiError> {
        let Some(id) = call.params.text(param) else {
            return Ok(None);
        };
        call.work.seq(kind, id)?.map(Some).ok_or_else(|| ApiError::no_such_in(param, kind, id))
    };
    let cursor = match (place("starting_after")?, place("ending_before")?) {
        (None, None) => Cursor::Newest,
        (Some(seq), None) => Cursor::OlderThan(seq),
        (None, Some(seq)) => Cursor::NewerThan(seq),
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "You may only specify one of these parameters: starting_after, ending_before.",
            ));
        }
    };
    let (data, has_more) = call.work.page(kind, filter, cursor, limit)?;
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}

/// Puts the objects that `expand` names in the place of their ids.
pub(crate) fn expand(call: &Call<'_>, mut answer: Value) -> Result<Value, ApiError> {
    for wish in call.params.texts(&["expand"]) {
        let path: Vec<&str> = wish.split('.').collect();
        if path.len() > EXPAND_DEPTH_MAX {
            let message = format!("You cannot expand more than {EXPAND_DEPTH_MAX} levels of a property.");
            return Err(ApiError::invalid(message).param("expand"));
        }
        put(call, &mut answer, &path, &wish)?;
    }
    Ok(answer)
}

fn put(call: &Call<'_>, value: &mut Value, path: &[&str], wish: &str) -> Result<(), ApiError> {
    if let Value::Array(items) = value {
        return items.iter_mut().try_for_each(|item| put(call, item, path, wish));
    }
    let Some((first, deeper)) = path.split_first() else {
        return Ok(());
    };
    let refused = || ApiError::invalid(format!("This property cannot be expanded ({wish}).")).param("expand");
    let field = value.get_mut(*first).ok_or_else(refused)?;
    // An object's own id is no relation.
    if let Some(id) = field.as_str().filter(|_| *first != "id") {
        *field = call.work.get_any(id)?.ok_or_else(refused)?;
    }
    match field {
        Value::Null => Ok(()),
        Value::Object(_) | Value::Array(_) => put(call, field, deeper, wish),
        _ => Err(refused()),
    }
}
