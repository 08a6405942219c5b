//! Texts that hold secrets. The engine never sees a secret: it carries the recipe, and whoever writes the
//! request unseals it, with the real values or with masks.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Fault, Object, Value, render};

/// A recipe for a text with secrets in it.
#[derive(Clone, Debug)]
pub enum Sealed {
    /// `secret.NAME`.
    Secret(Arc<str>),
    /// `"Bearer {secret.CRM_TOKEN}"`: texts and sealed texts in order.
    Concat(Vec<Value>),
    /// A function of secrets, as `base64("user:{secret.X}")`.
    Call { function: &'static str, call: fn(&[Value]) -> Result<Value, Fault>, args: Vec<Value> },
}

/// Why a sealed text could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsealed {
    MissingSecret(Arc<str>),
    Fault(Fault),
}

impl Sealed {
    /// The text, with `secret(name)` in each secret's place.
    ///
    /// # Errors
    /// A secret that `secret` does not know, or a function that fails on the values.
    pub fn open(&self, secret: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Arc<str>, Unsealed> {
        match self.open_value(secret)? {
            Value::Text(text) => Ok(text),
            other => Ok(render(&other).map_err(Unsealed::Fault)?.into()),
        }
    }

    fn open_value(&self, secret: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Value, Unsealed> {
        match self {
            Sealed::Secret(name) => {
                secret(name).map(Value::Text).ok_or_else(|| Unsealed::MissingSecret(name.clone()))
            }
            Sealed::Concat(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Value::Sealed(sealed) => text.push_str(&sealed.open(secret)?),
                        other => text.push_str(&render(other).map_err(Unsealed::Fault)?),
                    }
                }
                Ok(Value::text(text))
            }
            Sealed::Call { call, args, .. } => {
                let open = |arg: &Value| match arg {
                    Value::Sealed(sealed) => sealed.open_value(secret),
                    other => Ok(other.clone()),
                };
                let args = args.iter().map(open).collect::<Result<Vec<_>, _>>()?;
                call(&args).map_err(Unsealed::Fault)
            }
        }
    }

    /// The text as people may see it: `mask(name)` for a secret, and `«hmac_sha256 of …»` for what a function makes of
    /// one, since its result for a mask would pass for the real one.
    ///
    /// # Errors
    /// A part without a text.
    pub fn masked(&self, mask: &dyn Fn(&str) -> String) -> Result<Arc<str>, Fault> {
        let Sealed::Concat(parts) = self else { return Ok(self.masks(mask).concat().into()) };
        let mut text = String::new();
        for part in parts {
            match part {
                Value::Sealed(sealed) => text.push_str(&sealed.masked(mask)?),
                other => text.push_str(&render(other)?),
            }
        }
        Ok(text.into())
    }

    /// The masks that stand in `masked`, in their order.
    pub fn masks(&self, mask: &dyn Fn(&str) -> String) -> Vec<String> {
        match self {
            Sealed::Secret(name) => vec![mask(name)],
            Sealed::Concat(parts) => {
                let sealed = parts.iter().filter_map(|part| match part {
                    Value::Sealed(sealed) => Some(sealed),
                    _ => None,
                });
                sealed.flat_map(|sealed| sealed.masks(mask)).collect()
            }
            Sealed::Call { function, .. } => {
                let mut names = self.names();
                names.dedup();
                let names = names.iter().map(|name| format!("secret {name}")).collect::<Vec<_>>();
                vec![format!("«{function} of {}»", names.join(", "))]
            }
        }
    }

    /// The names of all secrets in it, in the order in which they stand; a name may come twice.
    pub fn names(&self) -> Vec<Arc<str>> {
        let parts = match self {
            Sealed::Secret(name) => return vec![name.clone()],
            Sealed::Concat(parts) => parts,
            Sealed::Call { args, .. } => args,
        };
        let sealed = parts.iter().filter_map(|part| match part {
            Value::Sealed(sealed) => Some(sealed),
            _ => None,
        });
        sealed.flat_map(|sealed| sealed.names()).collect()
    }
}

/// The parts of a text put together: sealed if one of them is.
///
/// # Errors
/// A part without a text: bytes and durations.
pub fn concat(parts: &[Value]) -> Result<Value, Fault> {
    let is_sealed = |part: &Value| matches!(part, Value::Sealed(_));
    if !parts.iter().any(is_sealed) {
        let mut text = String::new();
        for part in parts {
            text.push_str(&render(part)?);
        }
        return Ok(Value::Text(text.into()));
    }
    let piece = |part: &Value| match part {
        Value::Sealed(_) => Ok(part.clone()),
        // Rendered now, so that a part without a text is this step's fault, not the sender's.
        other => Ok(Value::text(&*render(other)?)),
    };
    let parts = parts.iter().map(piece).collect::<Result<_, _>>()?;
    Ok(Value::Sealed(Arc::new(Sealed::Concat(parts))))
}

/// The value with its sealed texts opened, at any depth: they become texts of the tree, never JSON.
///
/// # Errors
/// Those of `open`.
pub fn opened<'v, E>(
    value: &'v Value,
    open: &dyn Fn(&Sealed) -> Result<Arc<str>, E>,
) -> Result<Cow<'v, Value>, E> {
    if !holds_secret(value) {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(match value {
        Value::Sealed(sealed) => Value::Text(open(sealed)?),
        Value::List(items) => {
            let items = items.iter().map(|item| Ok(opened(item, open)?.into_owned()));
            Value::list(items.collect::<Result<_, E>>()?)
        }
        Value::Object(object) => {
            let mut members = Object::new();
            for (name, value) in object.iter() {
                members.set(name.clone(), opened(value, open)?.into_owned());
            }
            Value::object(members)
        }
        other => other.clone(),
    }))
}

/// Whether a sealed text stands in it, at any depth.
pub fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Sealed(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Object(object) => object.iter().any(|(_, value)| holds_secret(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    fn secret(name: &str) -> Value {
        Value::Sealed(Arc::new(Sealed::Secret(name.into())))
    }

    fn opened(value: &Value) -> Result<Arc<str>, Unsealed> {
        let Value::Sealed(sealed) = value else { panic!("{value:?} holds no secret") };
        sealed.open(&|name| (name == "TOKEN").then(|| "s3cr3t".into()))
    }

    #[test]
    fn a_text_with_a_secret_is_opened_only_where_it_is_sent() {
        let inner = concat(&[Value::text("user:"), secret("TOKEN")]).unwrap();
        let Value::Sealed(sealed) = &inner else { panic!() };
        assert_eq!(sealed.names(), ["TOKEN".into()]);
        let outer = concat(&[inner, Value::from(7), Value::Empty]).unwrap();
        assert_eq!(opened(&outer), Ok("user:s3cr3t7".into()));
        assert_eq!(opened(&secret("NONE")), Err(Unsealed::MissingSecret("NONE".into())));
    }

    #[test]
    fn a_function_of_a_secret_is_called_with_it_when_opened() {
        fn twice(args: &[Value]) -> Result<Value, Fault> {
            match args {
                [Value::Text(text)] => Ok(Value::text(format!("{text}{text}"))),
                _ => Err(Fault::own("not a text")),
            }
        }
        let call = |args| Value::Sealed(Arc::new(Sealed::Call { function: "twice", call: twice, args }));
        assert_eq!(opened(&call(vec![secret("TOKEN")])), Ok("s3cr3ts3cr3t".into()));
        assert!(matches!(opened(&call(vec![Value::Bool(true)])), Err(Unsealed::Fault(_))));
        let outer = concat(&[Value::text("sign="), call(vec![secret("TOKEN")]), secret("KEY")]).unwrap();
        let Value::Sealed(sealed) = &outer else { panic!() };
        let masked = sealed.masked(&|name| format!("<{name}>")).unwrap();
        assert_eq!(&*masked, "sign=«twice of secret TOKEN»<KEY>");
    }

    #[test]
    fn parts_without_a_secret_are_a_plain_text() {
        let parts = [Value::text("n = "), Value::Number(Number::from_json_digits("1.10"))];
        assert_eq!(concat(&parts).unwrap().as_text(), Some("n = 1.10"));
        assert!(concat(&[secret("TOKEN"), Value::Duration(5)]).is_err());
    }
}
