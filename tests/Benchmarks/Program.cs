using Serverless.Benchmarks.Generation;
using Serverless.Benchmarks.Report;
using Serverless.Benchmarks.Tokenization;

var benchmarks = new Dictionary<string, Func<TextWriter, Task>>
{
    ["generation"] = GenerationBenchmark.RunAsync,
    ["tokenizer"] = TokenizerBenchmark.RunAsync,
};
string[] names = args is [] or ["all"] ? [.. benchmarks.Keys] : args;
if (names.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark '{unknown}': {string.Join(", ", benchmarks.Keys)}, or all.");
    return 2;
}

Console.WriteLine($"Measured {Machine.Describe()}.");
Console.WriteLine();
foreach (string name in names) await benchmarks[name](Console.Out);
return 0;
