using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Serverless.EndToEnd.Tests;

/// <summary>The real command, as its own process, in a folder of its own.</summary>
internal sealed partial class CliProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly StringBuilder _output = new();
    private readonly string _commandLine;

    private CliProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public bool HasExited => _process.HasExited;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts <c>serverless</c> in a folder.</summary>
    public static CliProcess Start(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        StartProgram("serverless", folder, environment, arguments);

    /// <summary>Starts a program that lies beside the tests.</summary>
    public static CliProcess StartProgram(string program, string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        // A suite that a script runs in the background has SIGINT ignored, and would hand that on.
        Start(folder, environment, "env", ["--default-signal=SIGINT", "dotnet", PathOf(program), .. arguments]);

    private static string PathOf(string program) => Path.Combine(AppContext.BaseDirectory, $"{program}.dll");

    private static CliProcess Start(string folder, IReadOnlyDictionary<string, string>? environment, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new CliProcess(Process.Start(start)!, string.Join(' ', [program, .. arguments]));
    }

    /// <summary>Runs <c>serverless</c> to its end.</summary>
    public static CliResult Run(string folder, params string[] arguments) => Run(folder, environment: null, arguments);

    /// <summary>Runs <c>serverless</c> to its end, with environment variables.</summary>
    public static CliResult Run(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var process = Start(folder, environment, arguments);
        return process.WaitForEnd();
    }

    /// <summary>Runs <c>serverless</c> to its end by way of the shell, which may send its output somewhere.</summary>
    public static CliResult RunShell(string folder, string arguments)
    {
        using var process = Start(folder, environment: null, "/bin/sh", ["-c", $"exec dotnet '{PathOf("serverless")}' {arguments}"]);
        return process.WaitForEnd();
    }

    public CliResult WaitForEnd()
    {
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{_commandLine}' did not end within {Patience}.\n{Output}\n{Errors}");
        }

        _process.WaitForExit();
        return new CliResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>kill -9: the process gets no chance to do anything.</summary>
    public void KillHard()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>kill -9 of this process only: its children find out by themselves.</summary>
    public void KillAlone()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>What ctrl-C sends.</summary>
    public void Interrupt() => Kill(_process.Id, 2).ShouldBe(0);

    /// <summary>What a service manager sends.</summary>
    public void Terminate() => Kill(_process.Id, 15).ShouldBe(0);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            KillHard();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (builder)
            {
                builder.AppendLine(line);
            }
        }
    }

    private static string Text(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}

/// <summary>How a run of the command ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Errors);
