//! How workspaces and repositories get into it.

use super::known::{Repository, Restriction, Workspace};
use super::{Bitbucket, bodies};

impl Bitbucket {
    /// A workspace that this account administrates; made if it is not there.
    pub(crate) fn workspace(&self, account: &str, slug: &str) {
        self.join(account, slug, true);
    }

    /// This account is a member of a workspace from now on; made if it is not there.
    pub(crate) fn join(&self, account: &str, slug: &str, administrates: bool) {
        let mut state = self.state.lock().unwrap();
        let workspace = state.make_workspace(slug);
        workspace.members.retain(|(known, _)| known != account);
        workspace.members.push((account.to_owned(), administrates));
    }

    /// A workspace's id, in braces.
    pub(crate) fn uuid_of(&self, slug: &str) -> String {
        self.state.lock().unwrap().make_workspace(slug).uuid.clone()
    }

    /// A workspace is marked as spam from now on.
    pub(crate) fn mark_as_spam(&self, slug: &str) {
        self.state.lock().unwrap().make_workspace(slug).is_spam = true;
    }

    /// Makes so many repositories in the workspace that is called like the account: `ACCOUNT/repo-001` was updated last.
    pub(crate) fn repositories(&self, account: &str, count: usize) {
        for number in 1..=count {
            self.repository(account, &format!("{account}/repo-{number:03}"), &["main", "develop"]);
        }
    }

    /// Makes one repository, updated an hour before the one that was made before it in its workspace, which the account administrates. Its first
    /// branch is the main one and nobody may push to it; without branches it is empty.
    pub(crate) fn repository(&self, account: &str, path: &str, branches: &[&str]) {
        let (workspace, slug) = path.split_once('/').unwrap();
        self.workspace(account, workspace);
        self.repository_in(workspace, slug, branches, |_| {});
    }

    /// Makes one repository in a workspace, whoever is a member there, changed before it is there.
    pub(crate) fn repository_in(&self, workspace: &str, slug: &str, branches: &[&str], change: impl FnOnce(&mut Repository)) {
        let mut state = self.state.lock().unwrap();
        state.make_workspace(workspace);
        let place = state.workspaces.iter().position(|known| known.slug == workspace).unwrap();
        let count = state.workspaces[place].repositories.len();
        let branches: Vec<String> = branches.iter().map(|name| (*name).to_owned()).collect();
        let restrictions = branches.first().map(|main| vec![Restriction::glob("push", main), Restriction::glob("force", main)]);
        let mut repository = Repository {
            uuid: bodies::uuid(&format!("{workspace}/{slug}")),
            slug: slug.to_owned(),
            name: slug.to_owned(),
            is_private: true,
            description: format!("what {workspace}/{slug} is for"),
            updated_on: updated(count, place),
            mainbranch: branches.first().cloned(),
            branches,
            restrictions: restrictions.unwrap_or_default(),
        };
        change(&mut repository);
        state.workspaces[place].repositories.push(repository);
    }

    /// A repository has another address from now on: who asks for the old one is sent there.
    pub(crate) fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]) {
        self.repository(account, new, branches);
        self.state.lock().unwrap().moved.push((old.to_owned(), new.to_owned()));
    }
}

impl super::State {
    pub(super) fn make_workspace(&mut self, slug: &str) -> &mut Workspace {
        if !self.workspaces.iter().any(|known| known.slug == slug) {
            self.workspaces.push(Workspace {
                slug: slug.to_owned(),
                uuid: bodies::uuid(&format!("workspace {slug}")),
                members: Vec::new(),
                is_spam: false,
                repositories: Vec::new(),
            });
        }
        self.workspaces.iter_mut().find(|known| known.slug == slug).unwrap()
    }
}

/// No two are the same, and those of several workspaces alternate.
fn updated(repository: usize, workspace: usize) -> String {
    let newest: jiff::Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
    let (hours, minutes) = (i64::try_from(repository).unwrap(), i64::try_from(workspace).unwrap());
    let moment = newest - jiff::SignedDuration::from_hours(hours) - jiff::SignedDuration::from_mins(minutes);
    moment.strftime("%Y-%m-%dT%H:%M:%S.125000+00:00").to_string()
}
