using System.Net;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Storage.Tables;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>A job of numbered rows, and what must be true of its output.</summary>
internal sealed class JobWork
{
    /// <summary>How long a job may take on a busy machine, watchdogs that wait a minute included.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly JobRig _rig;
    private readonly int _rows;
    private readonly IReadOnlyList<int> _poison;
    private readonly string _folder, _document;

    /// <param name="rig">The service.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="rowsPerShard">Rows of a shard.</param>
    /// <param name="poison">Rows that take a worker's process down.</param>
    public JobWork(JobRig rig, int rows, int rowsPerShard, params IReadOnlyList<int> poison)
    {
        _poison = poison;
        (_rig, _rows, _folder) = (rig, rows, rig.NewFolder());
        Id = $"faults-{Path.GetFileName(_folder)}";
        var input = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllLines(input, Enumerable.Range(0, rows).Select(index => JsonSerializer.Serialize(new { item = Item(index) })));
        _document = JsonSerializer.Serialize(new
        {
            id = Id,
            model = new { source = Clone.PathOf("samples/models/haiku-tiny") },
            input = new { uri = input },
            batch_size = rowsPerShard,
            concurrency = 2,
            preprocess = new { prompt = "{{ row.item }}" },
            output = new { uri = Output },
        });
    }

    public string Id { get; }

    public string Output => Path.Combine(_folder, "out");

    /// <summary>The job as it is sent.</summary>
    public string Document => _document;

    /// <summary>Parts that are there.</summary>
    public int Parts => Directory.Exists(Output) ? Directory.EnumerateFiles(Output, "part-*.parquet").Count() : 0;

    /// <summary>Submits it again and again until it is accepted: only then must it never vanish.</summary>
    public async Task SubmitAsync()
    {
        await Patience.ForAsync(
            async () =>
            {
                try
                {
                    return await _rig.Client.SubmitAsync(_document, "application/json");
                }
                catch (JobsException error) when (IsPassing(error))
                {
                    return null;
                }
            },
            () => $"the job {Id} is accepted.\n{_rig.Text}");
    }

    /// <summary>Waits until so many parts are there.</summary>
    public Task UntilPartsAsync(int parts) => Patience.UntilAsync(() => Parts >= parts, () => $"{Id} has {parts} parts, not {Parts}.\n{_rig.Text}");

    /// <summary>Waits for the job's end. An accepted job is never unknown.</summary>
    /// <param name="mayCome">Whether it may still be unknown. Default: it was accepted.</param>
    public async Task<JobResource> EndAsync(bool mayCome = false)
    {
        var start = TimeProvider.System.GetTimestamp();
        JobResource? last = null;
        while (last is null || !JobTransitions.IsFinal(last.Status))
        {
            try
            {
                last = await _rig.Client.GetAsync(Id);
            }
            catch (JobsException error) when (IsPassing(error))
            {
                // Its process is being started.
            }
            catch (JobsException error) when (last is null && mayCome && error.Status is HttpStatusCode.NotFound)
            {
                // It is on its way.
            }

            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"{Id} did not end within {Limit}: {JsonSerializer.Serialize(last)}, {Parts} parts.\n{_rig.Text}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return last;
    }

    /// <summary>The job completed, every row is there once with its own answer, and all counts say so.</summary>
    /// <param name="mayCome">Whether it may still be unknown. Default: it was accepted.</param>
    public async Task ShouldBeWholeAsync(bool mayCome = false)
    {
        var job = await EndAsync(mayCome);
        var status = _poison.Count == 0 ? JobStatus.Completed : JobStatus.CompletedWithErrors;
        var answered = _rows - _poison.Count;
        job.Status.ShouldBe(status, $"{job.Error}\n{_rig.Text}");
        List<(long Index, string Item, string? Answer)> rows = [];
        foreach (var path in Directory.EnumerateFiles(Output, "part-*.parquet").Order(StringComparer.Ordinal))
        {
            rows.AddRange(Read(path));
        }

        rows.Select(row => row.Index).Order().ShouldBe(Enumerable.Range(0, _rows).Select(index => (long)index), "every row exactly once");
        rows.ShouldAllBe(row => row.Item == Item((int)row.Index) && string.Equals(row.Answer, AnswerTo((int)row.Index), StringComparison.Ordinal));
        var manifest = JsonSerializer.Deserialize<Manifest>(await File.ReadAllTextAsync(Path.Combine(Output, Manifest.FileName)))!;
        (manifest.Status, manifest.Rows, manifest.RowsFailed, manifest.Records).ShouldBe((status, _rows, _poison.Count, _rows));
        manifest.Usage.OutputTokens.ShouldBe(answered, "one token a row: usage is not counted twice");
        File.Exists(Path.Combine(Output, Manifest.SuccessFileName)).ShouldBeTrue();
        Directory.EnumerateFiles(Output, "part-*").Count().ShouldBe(manifest.Parts.Count, "nothing else looks like a part");
        (job.Rows, job.Shards).ShouldBe((new RowCounts(_rows, _rows, _poison.Count), new ShardCounts(manifest.Parts.Count, manifest.Parts.Count, 0)));
        job.Usage.OutputTokens.ShouldBe(answered);
        job.ErrorGroups.Sum(group => group.Rows).ShouldBe(_poison.Count);
        job.ErrorGroups.ShouldAllBe(group => group.Type == ErrorCodes.PoisonRow);
    }

    private string Item(int index) => _poison.Contains(index) ? $"line {index} with cyanide" : $"line number {index}";

    private string? AnswerTo(int index) => _poison.Contains(index) ? null : Item(index).ToUpperInvariant();

    /// <summary>The service is away or being started.</summary>
    private static bool IsPassing(JobsException error) => error.Status is null or HttpStatusCode.ServiceUnavailable;

    private static IEnumerable<(long Index, string Item, string? Answer)> Read(string path)
    {
        using var file = ParquetFile.Open(path);
        int index = file.Schema.IndexOf("row_index"), item = file.Schema.IndexOf("item"), answer = file.Schema.IndexOf("generated_text");
        return [.. file.ReadRows().Select(row => ((long)row[index]!, (string)row[item]!, (string?)row[answer]))];
    }
}
