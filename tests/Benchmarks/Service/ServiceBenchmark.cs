using System.Text;
using Serverless.Benchmarks.Report;
using Serverless.Cli.Run;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Storage.Duck;
using Serverless.Telemetry;

namespace Serverless.Benchmarks.Service;

/// <summary>What the job service itself costs: sidecar with fsync, API, workflows, pool and one worker in one process, over an engine that answers at once.</summary>
public static class ServiceBenchmark
{
    private const int Rows = 1_000_000, FewRows = 256;

    private static readonly Lazy<TelemetrySession> Telemetry = new(() => TelemetrySession.Start(TelemetryOptions.FromEnvironment("benchmark")));

    /// <summary>A million rows.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs of each; the medians count.</param>
    public static Task RunAsync(TextWriter output, int rounds) => InFolderAsync(async folder =>
    {
        output.WriteLine("## The job service without a model");
        output.WriteLine();
        await ThroughputAsync(output, rounds, folder);
    });

    /// <summary>Submissions while jobs wait.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Does not count: one run.</param>
    public static Task RunSubmissionsAsync(TextWriter output, int rounds) => InFolderAsync(async folder =>
    {
        output.WriteLine("## Submissions");
        output.WriteLine();
        await SubmissionsAsync(output, folder);
    });

    /// <summary>Jobs of 10 to 100,000 shards.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Does not count: one run each.</param>
    public static Task RunShardsAsync(TextWriter output, int rounds) => InFolderAsync(async folder =>
    {
        output.WriteLine("## Ever more shards");
        output.WriteLine();
        await ShardsAsync(output, folder);
    });

    private static async Task InFolderAsync(Func<string, Task> run)
    {
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            await run(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A million rows of JSON Lines to Parquet, beside DuckDB's own copy of the same file.</summary>
    private static async Task ThroughputAsync(TextWriter output, int rounds, string folder)
    {
        string input = WriteRows(folder, "rows.jsonl", Rows);
        await using var service = await StartAsync(folder, "throughput");
        await ServiceRun.OfAsync(service, Spec(WriteRows(folder, "few.jsonl", FewRows), NewOutput(folder), FewRows));
        var first = await RunAsync(4096);
        List<double> copies = [];
        Dictionary<int, List<ServiceRun>> runs = new() { [4096] = [], [256] = [] };
        for (int round = 0; round < rounds; round++)
        {
            copies.Add(await Measure.SecondsAsync(() => Task.Run(() => Copy(input, Path.Combine(folder, "copy.parquet")))));
            foreach (var (size, list) in runs) list.Add(await RunAsync(size));
        }

        double copy = Measure.Median(copies);
        output.WriteLine($"{Rows:N0} rows of JSON Lines ({new FileInfo(input).Length / 1e6:F0} MB), one template, to Parquet (zstd) with its manifest; medians of {rounds} runs in turn, " +
            "after the process's first job of this size, in which most of its code is compiled. Bars: 100,000 rows/s at 4,096 rows a shard, 30,000 at 256; at most 800 MB, flat.");
        output.WriteLine();
        var table = new MarkdownTable("work", "shards", "seconds", "rows/s", "CPU a row", "share of DuckDB's copy", "first part after", "memory at half", "most memory");
        table.Add("DuckDB copies the file to Parquet", "", $"{copy:F1}", $"{Rows / copy:N0}", "", "", "", "", "");
        Add("the first job, 4,096 rows a shard", [first]);
        foreach (var (size, list) in runs) Add($"job, {size:N0} rows a shard", list);
        table.Write(output);
        double more = Measure.Median([.. runs[256].Select(run => run.Seconds)]) - Measure.Median([.. runs[4096].Select(run => run.Seconds)]);
        output.WriteLine($"A shard costs {more * 1000 / (runs[256][0].Shards - runs[4096][0].Shards):F1} ms more than its rows (the difference of both runs).");
        output.WriteLine();

        async Task<ServiceRun> RunAsync(int size)
        {
            string into = NewOutput(folder);
            var run = await ServiceRun.OfAsync(service, Spec(input, into, size));
            Directory.Delete(into, recursive: true);
            return run;
        }

        void Add(string work, List<ServiceRun> list)
        {
            double seconds = Measure.Median([.. list.Select(run => run.Seconds)]);
            table.Add(
                work, $"{list[0].Shards:N0}", $"{seconds:F1}", $"{Rows / seconds:N0}",
                $"{Measure.Median([.. list.Select(run => run.CpuSeconds)]) * 1e6 / Rows:F1} us", $"{copy / seconds:P0}",
                $"{Measure.Median([.. list.Select(run => run.FirstPart)]):F2} s", $"{Measure.Median([.. list.Select(run => run.HalfMegabytes)]):F0} MB",
                $"{list.Max(run => run.PeakMegabytes):F0} MB");
        }
    }

    /// <summary>Jobs of ever more shards of one row.</summary>
    private static async Task ShardsAsync(TextWriter output, string folder)
    {
        var table = new MarkdownTable("shards", "seconds", "ms a shard", "processor ms a shard", "first part after", "most memory");
        foreach (int shards in new[] { 10, 100, 1000, 10_000, 100_000 })
        {
            await using var service = await StartAsync(folder, $"shards-{shards}");
            string input = WriteFiles(folder, shards), into = NewOutput(folder);
            var run = await ServiceRun.OfAsync(service, Spec(input, into, rowsPerShard: 1));
            table.Add($"{run.Shards:N0}", $"{run.Seconds:F1}", $"{run.Seconds * 1000 / run.Shards:F1}", $"{run.CpuSeconds * 1000 / run.Shards:F1}", $"{run.FirstPart:F2} s", $"{run.PeakMegabytes:F0} MB");
            Directory.Delete(into, recursive: true);
        }

        output.WriteLine("Jobs of ever more shards, each of one row; one run each.");
        output.WriteLine();
        table.Write(output);
    }

    /// <summary>Submissions at a fixed rate while all jobs wait for an accelerator that nobody has.</summary>
    private static async Task SubmissionsAsync(TextWriter output, string folder)
    {
        const int PerSecond = 200, Seconds = 10;
        await using var service = await StartAsync(folder, "submissions");
        string input = WriteRows(folder, "few.jsonl", FewRows);
        var latencies = await OpenLoop.RunAsync(PerSecond, PerSecond * Seconds, async number =>
        {
            var spec = Spec(input, Path.Combine(folder, "never", $"{number}"), FewRows);
            await service.Client.SubmitAsync(spec with { Placement = spec.Placement with { AcceleratorType = "none" } });
        });
        output.WriteLine($"Submissions by HTTP at {PerSecond} a second for {Seconds} s, each acknowledged when it is durable, while those before wait for capacity: " +
            $"p50 {OpenLoop.Quantile(latencies, 0.5):F1} ms, p99 {OpenLoop.Quantile(latencies, 0.99):F1} ms, longest {latencies.Max():F1} ms, from the moment that each was due.");
        output.WriteLine();
    }

    private static Task<LocalService> StartAsync(string folder, string name) => LocalService.StartAsync(
        new JobRunnerOptions { LoadEngine = NoOpEngine.LoadAsync, ModelRevision = (_, _) => Task.FromResult("none") }, Telemetry.Value.Loggers, default,
        Path.Combine(folder, $"{name}.db"));

    private static JobSpec Spec(string input, string output, int rowsPerShard) => new()
    {
        Model = new ModelSpec { Source = "none" },
        Input = new InputSpec { Uri = input },
        Preprocess = new PreprocessSpec { Prompt = "Say it again: {{ row.item }}" },
        Output = new OutputSpec { Uri = output },
        BatchSize = rowsPerShard,
    };

    private static string NewOutput(string folder) => Path.Combine(folder, $"out-{Guid.NewGuid():n}");

    private static string WriteRows(string folder, string name, int rows)
    {
        string path = Path.Combine(folder, name);
        using var writer = new StreamWriter(path, append: false, Encoding.ASCII);
        for (int row = 0; row < rows; row++) writer.Write($"{{\"id\": {row}, \"item\": \"ticket number {row} about a lamp that does not light\"}}\n");
        return path;
    }

    /// <summary>Files of one row: shards end with their files.</summary>
    private static string WriteFiles(string folder, int files)
    {
        string path = Path.Combine(folder, $"files-{files}");
        for (int file = 0; file < files; file++)
        {
            if (file % 1000 == 0) Directory.CreateDirectory(Path.Combine(path, $"{file / 1000:000}"));
            File.WriteAllText(Path.Combine(path, $"{file / 1000:000}", $"{file:000000}.jsonl"), $"{{\"item\": \"ticket number {file}\"}}\n");
        }

        return path;
    }

    private static void Copy(string input, string output)
    {
        using var duck = DuckDatabase.Connect();
        duck.Execute($"COPY (SELECT * FROM read_json('{input}', format = 'newline_delimited')) TO '{output}' (FORMAT parquet, COMPRESSION zstd)");
    }
}
