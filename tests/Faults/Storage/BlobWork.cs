using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Status;
using Serverless.Faults.Tests.Jobs;
using Serverless.Storage.Tables;

namespace Serverless.Faults.Tests.Storage;

/// <summary>A job of numbered rows whose input and output lie in a container, and what must be true of its output.</summary>
internal sealed class BlobWork(JobRig rig, BlobContainerClient container, int rows, int rowsPerShard)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly string _id = container.Name;

    /// <summary>Parts that are there.</summary>
    public int Parts => container.GetBlobs(BlobTraits.None, BlobStates.None, "out/part-", CancellationToken.None).Count();

    public async Task SubmitAsync()
    {
        var input = string.Concat(Enumerable.Range(0, rows).Select(index => JsonSerializer.Serialize(new { item = Item(index) }) + "\n"));
        await container.UploadBlobAsync("in/rows.jsonl", BinaryData.FromString(input));
        await rig.Client.SubmitAsync(
            JsonSerializer.Serialize(new
            {
                id = _id,
                model = new { source = Clone.PathOf("samples/models/haiku-tiny") },
                input = new { uri = $"az://{container.Name}/in" },
                batch_size = rowsPerShard,
                concurrency = 2,
                preprocess = new { prompt = "{{ row.item }}" },
                output = new { uri = $"az://{container.Name}/out" },
            }),
            "application/json");
    }

    public async Task<JobResource> EndAsync()
    {
        using var patience = new CancellationTokenSource(Limit);
        try
        {
            return await rig.Client.WaitAsync(_id, patience.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"{_id} did not end within {Limit}: {JsonSerializer.Serialize(await rig.Client.GetAsync(_id))}, {Parts} parts.\n{rig.Text}", error);
        }
    }

    /// <summary>The job completed, every row is there once with its own answer, and all counts say so.</summary>
    public async Task ShouldBeWholeAsync()
    {
        var job = await EndAsync();
        job.Status.ShouldBe(JobStatus.Completed, $"{job.Error}\n{rig.Text}");
        List<(long Index, string Answer)> found = [];
        var parts = container.GetBlobs(BlobTraits.None, BlobStates.None, "out/part-", CancellationToken.None).Select(blob => blob.Name).ToList();
        foreach (var part in parts)
        {
            found.AddRange(await ReadAsync(part));
        }

        found.Select(row => row.Index).Order().ShouldBe(Enumerable.Range(0, rows).Select(index => (long)index), "every row exactly once");
        found.ShouldAllBe(row => string.Equals(row.Answer, Item((int)row.Index).ToUpperInvariant(), StringComparison.Ordinal));
        var manifest = (await container.GetBlobClient($"out/{Manifest.FileName}").DownloadContentAsync()).Value.Content.ToObjectFromJson<Manifest>()!;
        (manifest.Status, manifest.Rows, manifest.RowsFailed, manifest.Parts.Count).ShouldBe((JobStatus.Completed, rows, 0, parts.Count));
        manifest.Usage.OutputTokens.ShouldBe(rows, "one token a row: usage is not counted twice");
        (await container.GetBlobClient($"out/{Manifest.SuccessFileName}").ExistsAsync()).Value.ShouldBeTrue();
        job.Rows.ShouldBe(new RowCounts(rows, rows, 0));
    }

    private static string Item(int index) => $"line number {index}";

    private async Task<List<(long Index, string Answer)>> ReadAsync(string part)
    {
        using var folder = new TemporaryFolder();
        await container.GetBlobClient(part).DownloadToAsync(folder["part.parquet"]);
        using var file = ParquetFile.Open(folder["part.parquet"]);
        int index = file.Schema.IndexOf("row_index"), answer = file.Schema.IndexOf("generated_text");
        return [.. file.ReadRows().Select(row => ((long)row[index]!, (string)row[answer]!))];
    }
}
