using System.Collections.Concurrent;
using System.Diagnostics;
using Serverless.Benchmarks.Report;

namespace Serverless.Benchmarks.Durable;

/// <summary>
/// Workflows and actors on the embedded sidecar, beside what daprd 1.17.6 with the official SDK needed for the same on a machine of 2 cores
/// (Redis with appendfsync always as its durable store).
/// </summary>
public static class DurableBenchmark
{
    private const int Sequences = 1000, Calls = 2000, FinishedInstances = 100_000;

    /// <summary>Runs everything and prints the tables.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs of each throughput figure; the medians count.</param>
    public static async Task RunAsync(TextWriter output, int rounds)
    {
        output.WriteLine("## Durable workflows and actors");
        output.WriteLine();
        output.WriteLine($"App and sidecar on the same cores; latencies over {Sequences} workflows or {Calls} calls, throughputs as medians of {rounds} " +
            "runs. daprd: 1.17.6, official .NET SDK 1.18.5, 2 cores, Redis with appendfsync always, measured in November 2026.");
        double[] syncs = [.. Enumerable.Range(0, 3).Select(_ => DiskSync.MedianMilliseconds())];
        output.WriteLine($"The disk alone: 12 KB written over old blocks and fsync, {string.Join(", ", syncs.Select(sync => $"{sync:F2}"))} ms (medians of 300). " +
            "An empty workflow waits for 3 commits, one with 3 activities for 8.");
        output.WriteLine();
        var table = new MarkdownTable("work", "daprd", "fsync, one process", "fsync, two processes", "no fsync, one process", "ratio to daprd");
        var embedded = await FiguresAsync(SidecarPlace.Embedded, fsync: true, rounds);
        var apart = await FiguresAsync(SidecarPlace.Process, fsync: true, rounds);
        var careless = await FiguresAsync(SidecarPlace.Embedded, fsync: false, rounds);
        foreach (var ((name, unit, higherIsBetter, peer), figure) in embedded)
        {
            string ratio = peer is { } theirs ? $"{(higherIsBetter ? figure / theirs : theirs / figure):F1}" : "";
            table.Add(
                name, peer is null ? "" : Text(peer.Value, unit), Text(figure, unit), Text(apart.First(entry => entry.Key.Name == name).Value, unit),
                Text(careless.First(entry => entry.Key.Name == name).Value, unit), ratio);
        }

        table.Write(output);
        await MemoryAsync(output);
    }

    private static async Task<List<KeyValuePair<Figure, double>>> FiguresAsync(SidecarPlace place, bool fsync, int rounds)
    {
        await using var host = await DurableHost.StartAsync(place, fsync);
        var figures = new List<KeyValuePair<Figure, double>>();
        void Add(string name, string unit, bool higherIsBetter, double? peer, double figure) => figures.Add(new(new(name, unit, higherIsBetter, peer), figure));

        var empty = await LatenciesAsync(Sequences, _ => host.RunAsync("SequenceWorkflow", 0));
        Add("empty workflow, p50", "ms", false, 13.5, Quantile(empty, 0.5));
        var three = await LatenciesAsync(Sequences, _ => host.RunAsync("SequenceWorkflow", 3));
        Add("3 activities in turn, p50", "ms", false, 69, Quantile(three, 0.5));
        Add("3 activities in turn, p95", "ms", false, 95, Quantile(three, 0.95));
        foreach (var (size, peer) in new (int, double?)[] { (100, 139), (1000, 101), (10_000, null), (20_000, null) })
            Add($"fan-out of {size:N0}", "activities/s", true, peer, await RateAsync(rounds, size, () => host.RunAsync("FanOutWorkflow", size)));
        Add("20 children x 50", "activities/s", true, 213, await RateAsync(rounds, 1000, () => host.RunAsync("FamilyWorkflow", new FamilySize(20, 50))));
        Add("20 workflows in flight", "activities/s", true, 185, await RateAsync(rounds, 3000, () =>
            Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (_, _) => await host.RunAsync("SequenceWorkflow", 3))));

        var one = host.Actor("one");
        var pings = await LatenciesAsync(Calls, i => one.PingAsync(i));
        Add("actor call, p50", "ms", false, 1.0, Quantile(pings, 0.5));
        Add("actor call, p99", "ms", false, 6.0, Quantile(pings, 0.99));
        var puts = await LatenciesAsync(Calls, i => one.PutAsync(i));
        Add("actor call with a state write, p50", "ms", false, 2.9, Quantile(puts, 0.5));
        Add("actor call with a state write, p99", "ms", false, 12.0, Quantile(puts, 0.99));
        Add("32 calls in flight over 64 actors", "calls/s", true, 2496, await RateAsync(rounds, Calls * 4, () => ManyAsync(host, (actor, i) => actor.PingAsync(i))));
        Add("the same with a state write", "calls/s", true, 1201, await RateAsync(rounds, Calls * 4, () => ManyAsync(host, (actor, i) => actor.PutAsync(i))));
        Add("reminder in 1 s, lateness p50", "ms", false, 3.2, Quantile(await LatenessAsync(host, 50), 0.5));
        return figures;
    }

    private static async Task MemoryAsync(TextWriter output)
    {
        await using var host = await DurableHost.StartAsync(SidecarPlace.Process, fsync: false);
        host.Process!.Refresh();
        double before = host.Process.WorkingSet64;
        double seconds = await Measure.SecondsAsync(() => Parallel.ForEachAsync(
            Enumerable.Range(0, FinishedInstances), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) => await host.RunAsync("SequenceWorkflow", 1)));
        host.Process.Refresh();
        output.WriteLine($"A sidecar of its own with {FinishedInstances:N0} finished instances holds {host.Process.WorkingSet64 / 1e6:F0} MB " +
            $"({before / 1e6:F0} MB before; daprd after 5,000 activities: 176 MB, and 234 MB of scheduler and placement). " +
            $"They ran at {FinishedInstances / seconds:N0} workflows/s without fsync.");
        output.WriteLine();
    }

    private static Task ManyAsync(DurableHost host, Func<IBenchmarkActor, int, Task> call)
    {
        var actors = Enumerable.Range(0, 64).Select(i => host.Actor($"many-{i}")).ToArray();
        return Parallel.ForEachAsync(
            Enumerable.Range(0, Calls * 4), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) => await call(actors[i % actors.Length], i));
    }

    private static async Task<double[]> LatenessAsync(DurableHost host, int reminders)
    {
        var late = new ConcurrentBag<double>();
        var all = new TaskCompletionSource();
        BenchmarkActor.Reminded = milliseconds =>
        {
            late.Add(milliseconds);
            if (late.Count == reminders) all.TrySetResult();
        };
        for (int i = 0; i < reminders; i++) await host.Actor($"reminded-{i}").RemindAsync(1000);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return [.. late];
    }

    private static async Task<double[]> LatenciesAsync(int count, Func<int, Task> work)
    {
        for (int i = 0; i < count / 4; i++) await work(i);
        double[] milliseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await work(i);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return milliseconds;
    }

    private static async Task<double> RateAsync(int rounds, int items, Func<Task> work) =>
        items / (await Measure.AlternatingAsync(rounds, () => Measure.SecondsAsync(work)))[0];

    private static double Quantile(double[] values, double quantile) => values.Order().ElementAt((int)((values.Length - 1) * quantile));

    private static string Text(double figure, string unit) => figure >= 100 ? $"{figure:N0} {unit}" : $"{figure:F2} {unit}";

    private sealed record Figure(string Name, string Unit, bool HigherIsBetter, double? Peer);
}
