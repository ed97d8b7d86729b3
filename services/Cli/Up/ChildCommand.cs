using System.Diagnostics;
using System.Reflection;

namespace Serverless.Cli.Up;

/// <summary>One process of an installation on this machine: another run of this program.</summary>
/// <param name="Name">Its name in messages and of its log file.</param>
/// <param name="Arguments">Its command line.</param>
/// <param name="Environment">What it finds in its environment besides this process's.</param>
internal sealed record ChildCommand(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    public ProcessStartInfo ToStartInfo()
    {
        var program = System.Environment.ProcessPath!;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // Run as "dotnet serverless.dll", the program is dotnet and its first argument is ours.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (var argument in Arguments.Append(ParentWatch.Option))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
