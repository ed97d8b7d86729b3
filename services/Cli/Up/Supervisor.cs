using System.Diagnostics;

namespace Serverless.Cli.Up;

/// <summary>
/// Keeps processes running: starts them, writes what they say to log files, starts those that end again after a pause, and ends all of them
/// with itself: by the end of their standard input, and by SIGKILL after <see cref="Patience"/>. A child whose supervisor is killed ends by itself (<see cref="ParentWatch"/>).
/// </summary>
internal sealed class Supervisor(string logFolder, TextWriter messages, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Runs all children until it is cancelled and all have ended; the first one, on which the others rely, ends last.</summary>
    public async Task RunAsync(ChildCommand first, IReadOnlyList<ChildCommand> others, CancellationToken cancellation)
    {
        Directory.CreateDirectory(logFolder);
        using var firstEnds = new CancellationTokenSource();
        var foundation = KeepAsync(first, firstEnds.Token);
        await Task.WhenAll(others.Select(child => KeepAsync(child, cancellation)));
        await firstEnds.CancelAsync();
        await foundation;
    }

    private async Task KeepAsync(ChildCommand child, CancellationToken cancellation)
    {
        var backoff = new Backoff(time);
        while (!cancellation.IsCancellationRequested)
        {
            backoff.Started();
            var status = await RunOnceAsync(child, cancellation);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            var pause = backoff.Next();
            await messages.WriteLineAsync($"{child.Name} ended with status {status} and starts again in {pause.TotalSeconds:F1} s; its log is {LogOf(child)}");
            await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> RunOnceAsync(ChildCommand child, CancellationToken cancellation)
    {
        using var process = Process.Start(child.ToStartInfo())!;
        await using var log = new StreamWriter(new FileStream(LogOf(child), FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var writing = Task.WhenAll(CopyAsync(process.StandardOutput, log), CopyAsync(process.StandardError, log));
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
        }

        await writing;
        return process.ExitCode;
    }

    private async Task EndAsync(Process process)
    {
        // The end of its standard input is what a child takes for the end of its supervisor: it stops as on SIGTERM.
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Patience, time);
        await process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task CopyAsync(StreamReader from, StreamWriter log)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (log)
            {
                log.WriteLine(line);
            }
        }
    }

    private string LogOf(ChildCommand child) => Path.Combine(logFolder, child.Name + ".log");
}
