using Serverless.Benchmarks.Durable;
using Serverless.Benchmarks.Generation;
using Serverless.Benchmarks.Jobs;
using Serverless.Benchmarks.Kernels;
using Serverless.Benchmarks.Report;
using Serverless.Benchmarks.Service;
using Serverless.Benchmarks.Tokenization;

namespace Serverless.Benchmarks;

/// <summary>The benchmarks by name, in the order of docs/benchmarks.md.</summary>
public static class Suite
{
    private static readonly OrderedDictionary<string, Func<TextWriter, int, Task>> Benchmarks = new()
    {
        ["kernels"] = (output, _) => Now(() => KernelBenchmark.Run(output)),
        ["tokenizer"] = (output, _) => TokenizerBenchmark.RunAsync(output),
        ["generation"] = GenerationBenchmark.RunAsync,
        ["torch"] = TorchBenchmark.RunAsync,
        ["pipeline"] = PipelineBenchmark.RunAsync,
        ["durable"] = DurableBenchmark.RunAsync,
        ["service"] = ServiceBenchmark.RunAsync,
        ["submissions"] = ServiceBenchmark.RunSubmissionsAsync,
        ["shards"] = ServiceBenchmark.RunShardsAsync,
        ["start"] = StartBenchmark.RunAsync,
    };

    /// <summary>Runs the named benchmarks, or all.</summary>
    /// <param name="args">Names; <c>--rounds N</c> for other than 5 runs each.</param>
    /// <returns>The exit code: 0, or 2 for arguments that mean nothing.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int at = Array.IndexOf(args, "--rounds"), rounds = 5;
        if (at >= 0 && (at + 1 == args.Length || !int.TryParse(args[at + 1], out rounds) || rounds < 1))
            return Usage("--rounds needs a number above 0");
        string[] names = at < 0 ? args : [.. args[..at], .. args[(at + 2)..]];
        if (names.FirstOrDefault(name => name != "all" && !Benchmarks.ContainsKey(name)) is { } unknown)
            return Usage($"there is no benchmark '{unknown}'");
        string asked = names is [] ? "all" : string.Join(' ', args);
        if (names is [] || names.Contains("all")) names = [.. Benchmarks.Keys];

        Console.WriteLine("# Benchmarks");
        Console.WriteLine();
        Console.WriteLine($"Printed by `dotnet run -c Release --project tests/Benchmarks -- {asked}`: {Machine.Describe()}.");
        Console.WriteLine();
        foreach (string name in names) await Benchmarks[name](Console.Out, rounds);
        return 0;
    }

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static int Usage(string problem)
    {
        string names = string.Join('|', Benchmarks.Keys);
        Console.Error.WriteLine($"{problem}. Usage: dotnet run -c Release --project tests/Benchmarks -- [{names}|all] [--rounds N]");
        return 2;
    }
}
