//! A program's standard input, wherever the program runs.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncWrite, DuplexStream};

/// Dropping it ends the program's input; what was written before still arrives.
#[derive(Debug)]
pub struct Input(Kind);

#[derive(Debug)]
enum Kind {
    Process(DuplexStream),
    Cell(cell::Stream),
}

impl Input {
    pub(super) fn of_process(pipe: DuplexStream) -> Self {
        Self(Kind::Process(pipe))
    }

    pub(super) fn of_cell(stream: cell::Stream) -> Self {
        Self(Kind::Cell(stream))
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        if let Kind::Cell(stream) = &self.0 {
            stream.finish();
        }
    }
}

impl AsyncWrite for Input {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Kind::Process(pipe) => Pin::new(pipe).poll_write(context, data),
            Kind::Cell(stream) => Pin::new(stream).poll_write(context, data),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Kind::Process(pipe) => Pin::new(pipe).poll_flush(context),
            Kind::Cell(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Kind::Process(pipe) => Pin::new(pipe).poll_shutdown(context),
            Kind::Cell(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
