//! `application/x-www-form-urlencoded`: a query string as a body.

use percent_encoding::percent_decode;

use super::FormError;
use super::read::{Form, Item};
use crate::body::RequestBody;
use crate::config::FormsConfig;

pub(super) async fn read(mut body: RequestBody, config: &FormsConfig) -> Result<Form, FormError> {
    body.tighten_limit(config.max_text_bytes);
    let bytes = body.collect().await?;
    let most = config.max_fields;
    let mut items = Vec::new();
    for pair in bytes
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        if items.len() == most {
            return Err(FormError::TooManyFields { limit: most });
        }
        let equals = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = match equals {
            Some(place) => (&pair[..place], &pair[place + 1..]),
            None => (pair, &[][..]),
        };
        items.push(Item::Text(decode(name)?, decode(value)?));
    }
    Ok(Form { items })
}

fn decode(encoded: &[u8]) -> Result<String, FormError> {
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let decoded = if spaced.contains(&b'%') {
        percent_decode(&spaced).collect()
    } else {
        spaced
    };
    String::from_utf8(decoded).map_err(|_| FormError::NotUtf8)
}
