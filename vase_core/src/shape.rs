//! Values that are exactly what a route promised → JSON, in one walk and without a line of Python.
//!
//! A [`Shape`] is made by `vase.binding` of a return annotation. It has an answer only for values of the very classes that
//! were promised, all the way down, with the very fields in their order; for any other it has none, and the endpoint's
//! `encode` decides, with the words of its errors. So what goes out is what Pydantic would write.

use pyo3::PyTypeInfo;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyStringMethods, PyTuple, PyType,
};

use crate::handoff;

/// Deeper values are left to `encode`, which knows how to refuse them.
const MAX_DEPTH: usize = 64;

/// What a value must be to be written here.
pub(crate) struct Shape {
    root: Kind,
    /// The classes with fields; they may hold one another.
    objects: Vec<Object>,
}

enum Kind {
    Null,
    Bool,
    Int,
    Float,
    Text,
    List(Box<Kind>),
    /// A `dict` from texts.
    Map(Box<Kind>),
    /// One of `objects`.
    Object(usize),
    OneOf(Vec<Kind>),
}

struct Object {
    /// The class; `None` is a `TypedDict`, whose values are plain dictionaries.
    class: Option<Py<PyType>>,
    fields: Vec<Field>,
}

struct Field {
    /// Interned, as the keys of an object's `__dict__` are.
    name: Py<PyString>,
    /// What is written before the value: a comma unless it is the first, the key, a colon.
    lead: Vec<u8>,
    kind: Kind,
}

impl Shape {
    /// Reads `(root, objects)`; see `vase/binding/_shape.py`.
    pub(crate) fn parse(plan: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let objects = plan.get_item(1)?;
        let objects = objects
            .try_iter()?
            .map(|object| Object::parse(&object?))
            .collect::<PyResult<_>>()?;
        Ok(Self {
            root: Kind::parse(&plan.get_item(0)?)?,
            objects,
        })
    }

    /// The JSON of a value; `None` if the value is not exactly of this shape.
    pub(crate) fn write(&self, value: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(128);
        self.put(&self.root, value, &mut out, 0).map(|()| out)
    }

    fn put(
        &self,
        kind: &Kind,
        value: &Bound<'_, PyAny>,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Option<()> {
        let py = value.py();
        let class = value.get_type_ptr();
        match kind {
            Kind::Null if value.is_none() => out.extend_from_slice(b"null"),
            Kind::Bool if class == PyBool::type_object_raw(py) => {
                out.extend_from_slice(if value.is_truthy().ok()? {
                    b"true"
                } else {
                    b"false"
                });
            }
            Kind::Int if class == PyInt::type_object_raw(py) => {
                // What does not fit into 64 bits is left to `encode`.
                let number = value.extract::<i64>().ok()?;
                serde_json::to_writer(out, &number).ok()?;
            }
            Kind::Float if class == PyFloat::type_object_raw(py) => {
                // What is no number becomes `null`, as Pydantic and JavaScript write it.
                serde_json::to_writer(out, &value.extract::<f64>().ok()?).ok()?;
            }
            Kind::Text if class == PyString::type_object_raw(py) => {
                put_text(value.cast::<PyString>().ok()?.to_str().ok()?, out)?;
            }
            Kind::List(item) if class == PyList::type_object_raw(py) && depth < MAX_DEPTH => {
                out.push(b'[');
                for (index, value) in value.cast::<PyList>().ok()?.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.put(item, &value, out, depth + 1)?;
                }
                out.push(b']');
            }
            Kind::Map(item) if class == PyDict::type_object_raw(py) && depth < MAX_DEPTH => {
                out.push(b'{');
                for (index, (key, value)) in value.cast::<PyDict>().ok()?.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    put_text(key.cast_exact::<PyString>().ok()?.to_str().ok()?, out)?;
                    out.push(b':');
                    self.put(item, &value, out, depth + 1)?;
                }
                out.push(b'}');
            }
            Kind::Object(index) if depth < MAX_DEPTH => {
                self.put_object(self.objects.get(*index)?, value, out, depth + 1)?;
            }
            Kind::OneOf(kinds) => {
                let start = out.len();
                return kinds.iter().find_map(|kind| {
                    out.truncate(start);
                    self.put(kind, value, out, depth)
                });
            }
            _ => return None,
        }
        Some(())
    }

    fn put_object(
        &self,
        object: &Object,
        value: &Bound<'_, PyAny>,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Option<()> {
        let held;
        let dict = match &object.class {
            Some(class) if value.get_type_ptr().cast() == class.as_ptr() => {
                held = handoff::instance_dict(value)?;
                &held
            }
            Some(_) => return None,
            None => value.cast_exact::<PyDict>().ok()?,
        };
        if dict.len() != object.fields.len() {
            return None;
        }
        out.push(b'{');
        for (field, (name, value)) in object.fields.iter().zip(dict.iter()) {
            let is_same = name.as_ptr() == field.name.as_ptr()
                || name.cast_exact::<PyString>().is_ok_and(|name| {
                    name.to_str().ok() == field.name.bind(name.py()).to_str().ok()
                });
            if !is_same {
                return None;
            }
            out.extend_from_slice(&field.lead);
            self.put(&field.kind, &value, out, depth)?;
        }
        out.push(b'}');
        Some(())
    }
}

impl Kind {
    fn parse(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let source = source.cast::<PyTuple>()?;
        let word: String = source.get_item(0)?.extract()?;
        let inner = || Self::parse(&source.get_item(1)?).map(Box::new);
        Ok(match word.as_str() {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" => Self::Text,
            "list" => Self::List(inner()?),
            "map" => Self::Map(inner()?),
            "object" => Self::Object(source.get_item(1)?.extract()?),
            "any" => Self::OneOf(
                source
                    .get_item(1)?
                    .try_iter()?
                    .map(|kind| Self::parse(&kind?))
                    .collect::<PyResult<_>>()?,
            ),
            other => return Err(PyValueError::new_err(format!("unknown kind: {other}"))),
        })
    }
}

impl Object {
    fn parse(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = source.py();
        let source = source.cast::<PyTuple>()?;
        let mut fields = Vec::new();
        for (index, field) in source.get_item(1)?.try_iter()?.enumerate() {
            let (name, key, kind): (String, String, Bound<'_, PyAny>) = field?.extract()?;
            let mut lead = if index > 0 { vec![b','] } else { Vec::new() };
            put_text(&key, &mut lead);
            lead.push(b':');
            fields.push(Field {
                name: PyString::intern(py, &name).unbind(),
                lead,
                kind: Kind::parse(&kind)?,
            });
        }
        Ok(Self {
            class: source.get_item(0)?.extract()?,
            fields,
        })
    }
}

#[allow(clippy::needless_bitwise_bool)] // no branch for each byte, so the compiler looks at many at once
fn put_text(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let is_plain = text.bytes().fold(true, |plain, byte| {
        plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\')
    });
    if !is_plain {
        return serde_json::to_writer(out, text).ok();
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Some(())
}
