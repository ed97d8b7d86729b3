using System.Diagnostics;
using System.Text;

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>A process that the tests start and end, whose output is kept for messages.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        process.OutputDataReceived += (_, line) => Read(line.Data, isOutput: true);
        process.ErrorDataReceived += (_, line) => Read(line.Data, isOutput: false);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>All that the process wrote so far.</summary>
    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!, string.Join(' ', start.ArgumentList.Prepend(program)));
    }

    /// <summary>The first line of standard output: how a program says that it is ready.</summary>
    public async Task<string> FirstLineAsync()
    {
        try
        {
            return await _firstLine.Task.WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"'{_commandLine}' said nothing on standard output within {Patience}.\n{Text}", late);
        }
    }

    /// <summary>Waits for the process to end by itself.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"'{_commandLine}' did not end within {Patience}.\n{Text}", late);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line, bool isOutput)
    {
        if (line is null)
        {
            if (isOutput)
            {
                _firstLine.TrySetException(new InvalidOperationException($"'{_commandLine}' ended before it said anything on standard output.\n{Text}"));
            }

            return;
        }

        lock (_text)
        {
            _text.AppendLine(line);
        }

        if (isOutput)
        {
            _firstLine.TrySetResult(line);
        }
    }
}
