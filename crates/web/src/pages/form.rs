//! Forms: what was typed, with its proof that it comes from our page, and the fields as HTML.

use axum::Form as UrlEncoded;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::{Error, FieldError};

use super::failure::Failure;
use super::visitor::Visitor;
use crate::app::App;

/// A form that was sent, and who sent it.
pub(crate) struct Form {
    pub(crate) who: SignedIn,
    pub(crate) fields: Fields,
}

impl FromRequest<App> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Visitor(who) = Visitor::from_request_parts(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let fields = Fields::from_request(Request::from_parts(parts, body), app).await?;
        if !is_ours(&who, &headers, &fields) {
            return Err(forged());
        }
        Ok(Self { who, fields })
    }
}

/// Whether a form carries what only pages of this session know.
pub(super) fn is_ours(who: &SignedIn, headers: &HeaderMap, fields: &Fields) -> bool {
    let header = headers.get("x-csrf").and_then(|value| value.to_str().ok());
    header.unwrap_or_else(|| fields.get("csrf")) == who.csrf
}

/// The answer to a form that does not.
pub(super) fn forged() -> Response {
    let said = "Esta página é de outra sessão ou de outra empresa. Volte, recarregue-a, confira e \
                envie de novo.";
    (StatusCode::FORBIDDEN, Failure::from(Error::conflict("csrf", said))).into_response()
}

/// The fields of a form, in the order of the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let UrlEncoded(fields) = UrlEncoded::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|rejection| rejection.into_response())?;
        // Without the one character that no database keeps.
        let clean = fields.into_iter().map(|(name, value)| (name, value.replace('\0', "")));
        Ok(Self(clean.collect()))
    }
}

impl Fields {
    /// What was typed into a field, without blanks around it; empty where nothing was.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// As it was typed: for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// Whether a box is checked.
    pub(crate) fn is_checked(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// Everything but the proof of origin, as bytes: what tells one request from another.
    pub(crate) fn content(&self) -> Vec<u8> {
        let fields = self.0.iter().filter(|(name, _)| name != "csrf");
        fields.flat_map(|(name, value)| format!("{name}\u{0}{value}\u{0}").into_bytes()).collect()
    }

    /// All values of a field that stands several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.trim())
    }
}

/// The hidden field of every form.
pub(crate) fn csrf(who: &SignedIn) -> Markup {
    html! { input type="hidden" name="csrf" value=(who.csrf); }
}

/// What was wrong with a form, beside its fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors(pub(crate) Vec<FieldError>);

impl Errors {
    /// The field errors of a use case; whatever else went wrong is not about the form.
    pub(crate) fn of(error: Error) -> Result<Self, Failure> {
        match error {
            Error::Invalid(errors) => Ok(Self(errors)),
            Error::Conflict { code, message } => Ok(Self(vec![FieldError::new("", code, message)])),
            other => Err(other.into()),
        }
    }

    /// What is wrong with one field.
    pub(crate) fn at(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    /// Says how many there are, and those that no field of the page shows.
    pub(crate) fn summary(&self, shown: &[&str]) -> Markup {
        let others: Vec<_> =
            self.0.iter().filter(|error| !shown.contains(&error.field.as_str())).collect();
        html! {
            @if !self.0.is_empty() {
                div.notice.bad role="alert" tabindex="-1" {
                    strong {
                        @if self.0.len() == 1 { "Falta corrigir uma coisa." }
                        @else { "Faltam corrigir " (self.0.len()) " coisas." }
                    }
                    @if !others.is_empty() {
                        ul { @for error in others { li { (error.message) } } }
                    }
                }
            }
        }
    }
}

/// A field of a form, built step by step: `Field::text("email", "E-mail").value(…).html(&errors)`.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'static str,
    value: &'a str,
    must: bool,
    hint: &'a str,
    width: &'static str,
    autocomplete: &'static str,
    inputmode: &'static str,
    autofocus: bool,
    check: &'a str,
    list: &'a str,
    max: u16,
}

impl<'a> Field<'a> {
    /// A line of text.
    pub(crate) fn text(name: &'a str, label: &'a str) -> Self {
        Self {
            name,
            label,
            kind: "text",
            value: "",
            must: false,
            hint: "",
            width: "",
            autocomplete: "off",
            inputmode: "",
            autofocus: false,
            check: "",
            list: "",
            max: 200,
        }
    }

    /// An e-mail address.
    pub(crate) fn email(name: &'a str, label: &'a str) -> Self {
        Self { kind: "email", inputmode: "email", ..Self::text(name, label) }
    }

    /// A password; `autocomplete` tells the browser which.
    pub(crate) fn password(name: &'a str, label: &'a str, autocomplete: &'static str) -> Self {
        Self { kind: "password", autocomplete, ..Self::text(name, label) }
    }

    /// An amount, typed as people do.
    pub(crate) fn money(name: &'a str, label: &'a str) -> Self {
        Self { inputmode: "decimal", max: 20, ..Self::text(name, label) }
    }

    /// A date, typed as people do.
    pub(crate) fn date(name: &'a str, label: &'a str) -> Self {
        Self { max: 20, ..Self::text(name, label) }
    }

    /// A whole number.
    pub(crate) fn number(name: &'a str, label: &'a str) -> Self {
        Self { inputmode: "numeric", max: 9, ..Self::text(name, label) }
    }

    /// What it holds.
    pub(crate) fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// It must be filled in.
    pub(crate) fn must(mut self) -> Self {
        self.must = true;
        self
    }

    /// Help below it.
    pub(crate) fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// Columns of twelve, `w2` to `w9`.
    pub(crate) fn width(mut self, width: &'static str) -> Self {
        self.width = width;
        self
    }

    /// What the browser may fill in.
    pub(crate) fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// Which keys a phone shows.
    pub(crate) fn inputmode(mut self, inputmode: &'static str) -> Self {
        self.inputmode = inputmode;
        self
    }

    /// The cursor begins here.
    pub(crate) fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// Asks this address about what was typed, and shows the answer below.
    pub(crate) fn check(mut self, url: &'a str) -> Self {
        self.check = url;
        self
    }

    /// Offers what the `datalist` of this id holds.
    pub(crate) fn list(mut self, list: &'a str) -> Self {
        self.list = list;
        self
    }

    /// As HTML.
    pub(crate) fn html(&self, errors: &Errors) -> Markup {
        let error = errors.at(self.name);
        let described = self.described(error);
        let check_into = format!("{}-check", self.name);
        html! {
            div class={ "field " (self.width) } {
                (self.label_html())
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete=(self.autocomplete) maxlength=(self.max)
                    inputmode=[(!self.inputmode.is_empty()).then_some(self.inputmode)]
                    required[self.must] autofocus[self.autofocus]
                    list=[(!self.list.is_empty()).then_some(self.list)]
                    aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[described.as_deref()]
                    data-check=[(!self.check.is_empty()).then_some(self.check)]
                    data-check-into=[(!self.check.is_empty()).then_some(check_into.as_str())];
                (self.below(error))
                @if !self.check.is_empty() { span.hint id=(check_into) aria-live="polite" {} }
            }
        }
    }

    /// As several lines.
    pub(crate) fn area(&self, errors: &Errors) -> Markup {
        let error = errors.at(self.name);
        html! {
            div class={ "field " (self.width) } {
                (self.label_html())
                textarea id=(self.name) name=(self.name) aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[self.described(error).as_deref()] { (self.value) }
                (self.below(error))
            }
        }
    }

    /// As a choice of one: value and label of each. An empty value comes first where none need
    /// be chosen.
    pub(crate) fn choice<V: AsRef<str>, L: AsRef<str>>(
        &self,
        options: impl IntoIterator<Item = (V, L)>,
        errors: &Errors,
    ) -> Markup {
        let error = errors.at(self.name);
        html! {
            div class={ "field " (self.width) } {
                (self.label_html())
                select id=(self.name) name=(self.name) required[self.must]
                    autofocus[self.autofocus] aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[self.described(error).as_deref()] {
                    @for (value, label) in options {
                        option value=(value.as_ref()) selected[value.as_ref() == self.value] {
                            (label.as_ref())
                        }
                    }
                }
                (self.below(error))
            }
        }
    }

    fn label_html(&self) -> Markup {
        html! {
            label for=(self.name) {
                (self.label)
                @if self.must { span.must aria-hidden="true" { " *" } }
            }
        }
    }

    fn described(&self, error: Option<&str>) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = error.map(|_| format!("{}-error", self.name));
        let all: Vec<String> = [error, hint].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    fn below(&self, error: Option<&str>) -> Markup {
        html! {
            @if let Some(error) = error {
                span.error id={ (self.name) "-error" } { (error) }
            }
            @if !self.hint.is_empty() {
                span.hint id={ (self.name) "-hint" } { (self.hint) }
            }
        }
    }
}

/// A box to check.
pub(crate) fn checkbox(name: &str, value: &str, label: &str, checked: bool) -> Markup {
    html! {
        label.check {
            input type="checkbox" name=(name) value=(value) checked[checked];
            span { (label) }
        }
    }
}
