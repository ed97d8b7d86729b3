using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Serverless.Faults.Tests.Processes;

/// <summary>One of the real programs as a process, with what it says.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    /// <summary>The exit code of a process that was ended by SIGKILL.</summary>
    public const int KilledExitCode = 128 + 9;

    private const int SigTerm = 15, SigCont = 18, SigStop = 19, MaxLines = 400;

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lineCount;

    private ServiceProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        process.OutputDataReceived += (_, line) => Read(line.Data, isOutput: true);
        process.ErrorDataReceived += (_, line) => Read(line.Data, isOutput: false);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exit = WaitForExitAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>The exit code, once there is one.</summary>
    public Task<int> Exit { get; }

    /// <summary>The first line of standard output: both programs say by it that they listen.</summary>
    public Task<string> Ready => _ready.Task;

    /// <summary>Lines that the process wrote, in all.</summary>
    public long LineCount => Interlocked.Read(ref _lineCount);

    /// <summary>Time that the processor spent on the process.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The last lines that the process wrote.</summary>
    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts a program of this repository, as it was built.</summary>
    public static ServiceProcess Start(string program, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>A program in the folder that its project was built into: beside the tests, its libraries would be those of the tests.</summary>
    public static string PathOf(string project, string program) =>
        Clone.PathOf(project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", program);

    /// <summary>kill -9: the process gets no chance to do anything.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks the process to end.</summary>
    public void Terminate() => Send(Id, SigTerm).ShouldBe(0);

    /// <summary>Halts the process where it is: a machine that is swapping, a debugger, a laptop's lid.</summary>
    public void Halt() => Send(Id, SigStop).ShouldBe(0);

    /// <summary>Lets a halted process go on, which does not know that time has passed.</summary>
    public void Continue() => Send(Id, SigCont).ShouldBe(0);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        _ready.TrySetException(new InvalidOperationException($"The process ended with {_process.ExitCode} before it listened.\n{Text}"));
        _ = _ready.Task.Exception;
        return _process.ExitCode;
    }

    private void Read(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        Interlocked.Increment(ref _lineCount);
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }

        if (isOutput)
        {
            _ready.TrySetResult(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int processId, int signal);
}
