//! `multipart/form-data`: the parts as `multer` finds them, counted and kept.

use multer::{Field, Multipart};

use super::FormError;
use super::disposition::Disposition;
use super::feed::{Feed, FeedError};
use super::read::{FileRules, Form, Item, Upload};
use super::spool::Spool;
use crate::body::RequestBody;
use crate::config::FormsConfig;

/// The headers of one part, in bytes.
const MAX_HEAD: u64 = 16 * 1024;

/// The largest text is not reserved before it is there.
const FIRST_ROOM: usize = 256;

pub(super) async fn read(
    body: RequestBody,
    boundary: String,
    config: &FormsConfig,
    rules: &FileRules,
) -> Result<Form, FormError> {
    let feed = Feed::new(body);
    let mut reader = Reader {
        feed: feed.clone(),
        config,
        rules,
        form: Form::default(),
        fields: 0,
        files: 0,
        text: 0,
        room: config.max_memory_bytes,
    };
    let mut parts = Multipart::new(feed.clone(), boundary);
    loop {
        feed.allow_step();
        match parts.next_field().await.map_err(told)? {
            Some(part) => reader.take(part).await?,
            None => break,
        }
    }
    feed.finish().await?;
    Ok(reader.form)
}

struct Reader<'a> {
    feed: Feed,
    config: &'a FormsConfig,
    rules: &'a FileRules,
    form: Form,
    fields: usize,
    files: usize,
    /// Bytes of names, heads and texts: all that stays in memory whatever its size.
    text: u64,
    /// The memory that files may still use.
    room: u64,
}

impl Reader<'_> {
    async fn take(&mut self, part: Field<'_>) -> Result<(), FormError> {
        let head: usize = part
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if head as u64 > MAX_HEAD {
            return Err(FormError::Malformed("the head of a part is too large"));
        }
        let disposition = part
            .headers()
            .get(http::header::CONTENT_DISPOSITION)
            .ok_or(FormError::Malformed("a part has no `Content-Disposition`"))?;
        let Disposition { name, filename } = Disposition::parse(disposition.as_bytes())?;
        self.count_text(head)?;
        match filename {
            Some(filename) => self.take_file(part, name, filename).await,
            None => self.take_text(part, name).await,
        }
    }

    async fn take_text(&mut self, mut part: Field<'_>, name: String) -> Result<(), FormError> {
        self.fields += 1;
        let limit = self.config.max_fields;
        if self.fields > limit {
            return Err(FormError::TooManyFields { limit });
        }
        let mut value = Vec::with_capacity(FIRST_ROOM);
        while let Some(piece) = self.next(&mut part).await? {
            self.count_text(piece.len())?;
            value.extend_from_slice(&piece);
        }
        let value = String::from_utf8(value).map_err(|_| FormError::NotUtf8)?;
        self.form.items.push(Item::Text(name, value));
        Ok(())
    }

    async fn take_file(
        &mut self,
        mut part: Field<'_>,
        name: String,
        filename: String,
    ) -> Result<(), FormError> {
        self.files += 1;
        let most = self.config.max_files;
        if self.files > most {
            return Err(FormError::TooManyFiles { limit: most });
        }
        let is_kept = self.rules.keeps(&name);
        let limit = self.rules.max_sizes.get(&name).copied().unwrap_or(u64::MAX);
        let headers = text_of(&part)?;
        let mut spool = Spool::new(&self.config.temp_dir);
        let mut size = 0;
        while let Some(piece) = self.next(&mut part).await? {
            size += piece.len() as u64;
            if size > limit {
                return Err(FormError::FileTooLarge { name, limit });
            }
            if is_kept {
                spool.push(&piece, &mut self.room).await?;
            }
        }
        // The file input of a page that was left empty is sent like this.
        let is_empty = size == 0 && filename.is_empty();
        if is_kept && !is_empty {
            let content = spool.finish().await?;
            self.form.items.push(Item::File(Upload {
                name,
                filename,
                headers,
                size,
                content,
            }));
        }
        Ok(())
    }

    async fn next(&self, part: &mut Field<'_>) -> Result<Option<bytes::Bytes>, FormError> {
        self.feed.allow_step();
        part.chunk().await.map_err(told)
    }

    fn count_text(&mut self, bytes: usize) -> Result<(), FormError> {
        self.text = self.text.saturating_add(bytes as u64);
        let limit = self.config.max_text_bytes;
        if self.text > limit {
            return Err(FormError::TextTooLarge { limit });
        }
        Ok(())
    }
}

fn text_of(part: &Field<'_>) -> Result<Vec<(String, String)>, FormError> {
    let text = |value: &http::HeaderValue| {
        let text = std::str::from_utf8(value.as_bytes());
        text.map(str::to_owned).map_err(|_| FormError::NotUtf8)
    };
    part.headers()
        .iter()
        .map(|(name, value)| Ok((name.as_str().to_owned(), text(value)?)))
        .collect()
}

/// The parser's error in our words.
fn told(error: multer::Error) -> FormError {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast::<FeedError>() {
            Ok(cause) => match *cause {
                FeedError::Body(error) => FormError::Body(error),
                FeedError::OverBudget => {
                    FormError::Malformed("a boundary or the head of a part does not come")
                }
            },
            Err(_) => FormError::Malformed("the body cannot be read"),
        },
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => FormError::Unfinished,
        multer::Error::ReadHeaderFailed(_)
        | multer::Error::DecodeHeaderName { .. }
        | multer::Error::DecodeHeaderValue { .. } => {
            FormError::Malformed("the head of a part is no header")
        }
        _ => FormError::Malformed("the parts cannot be told apart"),
    }
}
