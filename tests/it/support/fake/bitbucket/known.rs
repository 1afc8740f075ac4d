//! What a Bitbucket knows of tokens, workspaces and repositories.

/// Which kind of credential asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An account's, with granular scopes.
    ApiToken,
    /// Of a login.
    Login,
    Repository,
    Project,
    Workspace,
}

impl TokenKind {
    /// Whether it belongs to an account. Access tokens belong to a workspace, or to something in it.
    pub(super) fn is_of_an_account(self) -> bool {
        matches!(self, Self::ApiToken | Self::Login)
    }

    /// `x-credential-type`. The first is quoted, Bitbucket A2; of the others it says that they follow by analogy, and of API tokens that it is
    /// not known.
    pub(super) fn credential_type(self) -> Option<&'static str> {
        match self {
            Self::Repository => Some("repo_access_token"),
            Self::Project => Some("project_access_token"),
            Self::Workspace => Some("workspace_access_token"),
            Self::Login => Some("oauth2"),
            Self::ApiToken => None,
        }
    }
}

/// What a token is good for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) kind: TokenKind,
    /// Of an API token or a login.
    pub(crate) account: String,
    /// The one workspace that it works in: every access token's, and an API token's that was so restricted.
    pub(crate) workspace: Option<String>,
    /// The slugs that it reaches there, if that is not every one.
    pub(crate) repositories: Option<Vec<String>>,
    /// Granular ones of an API token, classic ones of the rest (Bitbucket A1).
    pub(crate) scopes: Vec<String>,
}

impl Grant {
    /// An API token that is good for reading.
    pub(crate) fn api_token(account: &str) -> Self {
        Self { kind: TokenKind::ApiToken, account: account.to_owned(), workspace: None, repositories: None, scopes: Vec::new() }
            .scopes(&["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket"])
    }

    /// An access token of a workspace, or of these repositories in it, that is good for reading.
    pub(crate) fn access_token(kind: TokenKind, workspace: &str, repositories: &[&str]) -> Self {
        let repositories = repositories.iter().map(|slug| (*slug).to_owned()).collect();
        Self {
            kind,
            account: String::new(),
            workspace: Some(workspace.to_owned()),
            repositories: (kind != TokenKind::Workspace).then_some(repositories),
            scopes: vec!["repository".to_owned()],
        }
    }

    #[must_use]
    pub(crate) fn scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..self }
    }

    /// Restricted to one workspace.
    #[must_use]
    pub(crate) fn within(self, workspace: &str) -> Self {
        Self { workspace: Some(workspace.to_owned()), ..self }
    }
}

/// A workspace with what is in it.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    pub(super) slug: String,
    pub(super) uuid: String,
    /// Accounts, and whether each is an administrator.
    pub(super) members: Vec<(String, bool)>,
    pub(super) is_spam: bool,
    pub(super) repositories: Vec<Repository>,
}

impl Workspace {
    pub(super) fn is_called(&self, identifier: &str) -> bool {
        self.slug == identifier || self.uuid == identifier
    }

    /// Whether this account is a member, and as what: `Some(true)` is an administrator.
    pub(super) fn membership(&self, account: &str) -> Option<bool> {
        self.members.iter().find(|(member, _)| member == account).map(|(_, administrates)| *administrates)
    }

    /// Whether a credential belongs here.
    pub(super) fn is_of(&self, grant: &Grant) -> bool {
        let is_within = grant.workspace.as_ref().is_none_or(|workspace| *workspace == self.slug);
        is_within && (!grant.kind.is_of_an_account() || self.membership(&grant.account).is_some())
    }

    /// Whether a credential reaches a repository as its own; anybody sees what is public.
    pub(super) fn reaches(&self, grant: &Grant, repository: &Repository) -> bool {
        self.is_of(grant) && grant.repositories.as_ref().is_none_or(|slugs| slugs.contains(&repository.slug))
    }
}

/// A repository with its branches.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) uuid: String,
    pub(crate) slug: String,
    /// As people write it.
    pub(crate) name: String,
    pub(crate) is_private: bool,
    pub(crate) description: String,
    pub(crate) updated_on: String,
    /// `None` is an empty repository's.
    pub(crate) mainbranch: Option<String>,
    /// The first was committed to last.
    pub(crate) branches: Vec<String>,
    pub(crate) restrictions: Vec<Restriction>,
}

/// A rule about some branches.
#[derive(Debug, Clone)]
pub(crate) struct Restriction {
    /// `push`, `delete`, `force` …
    pub(crate) kind: String,
    pub(crate) branches: Restricted,
}

/// Which branches a rule is about.
#[derive(Debug, Clone)]
pub(crate) enum Restricted {
    /// Those that this pattern fits: `main`, `release/*`.
    Glob(String),
    /// Those that the branching model has as this: `development`, `production`, `feature` …
    Model(String),
}

impl Restriction {
    pub(crate) fn glob(kind: &str, pattern: &str) -> Self {
        Self { kind: kind.to_owned(), branches: Restricted::Glob(pattern.to_owned()) }
    }

    pub(crate) fn model(kind: &str, branch_type: &str) -> Self {
        Self { kind: kind.to_owned(), branches: Restricted::Model(branch_type.to_owned()) }
    }
}

/// The e-mail address that an account's API tokens are sent with.
pub(crate) fn email_of(account: &str) -> String {
    format!("{account}@example.com")
}
