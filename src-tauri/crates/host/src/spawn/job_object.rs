//! Job objects of Windows: every process of a command in one place that ends as a whole, with limits.
//!
//! A process is born suspended, put into its job, and only then let go: nothing it starts can be elsewhere. Breaking
//! away is not allowed. Files and network are not limited by it in any way.
//!
//! Written, and never run: see `docs/PLATFORMS.md`.
#![allow(unsafe_code)] // Job objects and suspended threads are only reached through the system's own calls; each has its SAFETY note.

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr;

use tokio::process::Child;
use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_JOB_MEMORY,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_UILIMIT_DESKTOP, JOB_OBJECT_UILIMIT_DISPLAYSETTINGS,
    JOB_OBJECT_UILIMIT_EXITWINDOWS, JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES,
    JOB_OBJECT_UILIMIT_READCLIPBOARD, JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
    JOBOBJECT_BASIC_UI_RESTRICTIONS, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS,
    JobObjectBasicUIRestrictions, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};

use super::Limits;

/// How a process that is to be put into a job is born. It gets no console window either.
pub(super) const BORN: u32 = CREATE_SUSPENDED | CREATE_NO_WINDOW;

/// Clipboard, windows of others, the session and its settings are out of reach.
const NO_DESKTOP: u32 = JOB_OBJECT_UILIMIT_DESKTOP
    | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
    | JOB_OBJECT_UILIMIT_EXITWINDOWS
    | JOB_OBJECT_UILIMIT_GLOBALATOMS
    | JOB_OBJECT_UILIMIT_HANDLES
    | JOB_OBJECT_UILIMIT_READCLIPBOARD
    | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
    | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;

/// A job. Its processes end when the last handle to it is closed, however this process ends.
#[derive(Debug)]
pub(crate) struct JobObject(OwnedHandle);

impl JobObject {
    /// `memory` and `pids` count for all processes together; the other limits are not known to job objects.
    pub(super) fn new(limits: Limits) -> io::Result<Self> {
        // SAFETY: no name and default security; the result is checked before it is owned.
        let made = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if made.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was made just now and belongs to nobody else.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(made.cast()) });
        let mut information = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        let basic = &mut information.BasicLimitInformation;
        basic.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
        if let Some(pids) = limits.pids {
            basic.LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
            basic.ActiveProcessLimit = u32::try_from(pids).unwrap_or(u32::MAX);
        }
        if let Some(memory) = limits.memory {
            basic.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
            information.JobMemoryLimit = usize::try_from(memory).unwrap_or(usize::MAX);
        }
        job.set(JobObjectExtendedLimitInformation, &information)?;
        let desktop = JOBOBJECT_BASIC_UI_RESTRICTIONS { UIRestrictionsClass: NO_DESKTOP };
        job.set(JobObjectBasicUIRestrictions, &desktop)?;
        Ok(job)
    }

    fn set<T>(&self, class: JOBOBJECTINFOCLASS, information: &T) -> io::Result<()> {
        let size = u32::try_from(size_of::<T>()).unwrap_or(u32::MAX);
        // SAFETY: `information` is the structure that the class asks for, lives over the call, and has that size.
        let set =
            unsafe { SetInformationJobObject(self.raw(), class, ptr::from_ref(information).cast(), size) };
        succeeded(set)
    }

    /// Puts a suspended child in and lets it run.
    pub(super) fn take_in(&self, child: &Child) -> io::Result<()> {
        let gone = || io::Error::other("the process ended before it began");
        let (process, id) = (child.raw_handle().ok_or_else(gone)?, child.id().ok_or_else(gone)?);
        // SAFETY: both handles are open: the child's as long as the child is, the job's as long as this is.
        succeeded(unsafe { AssignProcessToJobObject(self.raw(), process.cast()) })?;
        resume(id)
    }

    /// Ends every process in it at once.
    pub(super) fn end(&self) {
        // SAFETY: the handle is open. That there is nothing to end is no mistake.
        let _ = unsafe { TerminateJobObject(self.raw(), 1) };
    }

    fn raw(&self) -> HANDLE {
        self.0.as_raw_handle().cast()
    }
}

fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Lets the threads of a process go: of one that was born suspended there is one.
fn resume(process: u32) -> io::Result<()> {
    // SAFETY: the result is checked before it is owned.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was made just now and belongs to nobody else.
    let _owned = unsafe { OwnedHandle::from_raw_handle(snapshot.cast()) };
    let size = u32::try_from(size_of::<THREADENTRY32>()).unwrap_or(u32::MAX);
    let mut entry = THREADENTRY32 { dwSize: size, ..THREADENTRY32::default() };
    // SAFETY: the snapshot is open and the entry says its own size, here and below.
    let mut more = unsafe { Thread32First(snapshot, &mut entry) } != 0;
    let mut resumed = false;
    while more {
        if entry.th32OwnerProcessID == process {
            resume_thread(entry.th32ThreadID)?;
            resumed = true;
        }
        // SAFETY: as above.
        more = unsafe { Thread32Next(snapshot, &mut entry) } != 0;
    }
    if resumed { Ok(()) } else { Err(io::Error::other("the process has no thread to let go")) }
}

fn resume_thread(thread: u32) -> io::Result<()> {
    // SAFETY: the result is checked before it is owned.
    let opened = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, thread) };
    if opened.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was made just now and belongs to nobody else.
    let _owned = unsafe { OwnedHandle::from_raw_handle(opened.cast()) };
    // SAFETY: the handle is open and may resume.
    if unsafe { ResumeThread(opened) } == u32::MAX { Err(io::Error::last_os_error()) } else { Ok(()) }
}
