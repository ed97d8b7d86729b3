using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Serverless.Client;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Storage.Tables;

namespace Serverless.EndToEnd.Tests;

/// <summary>What comes in as JSONL, CSV and Parquet goes out as Parquet, row for row, and is read over HTTP.</summary>
[Collection(ServiceCollection.Name)]
public sealed class ServiceResultTests(ServiceFixture service)
{
    private const int Rows = 6;

    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task Every_row_of_a_file_is_answered_once_and_keeps_its_columns(string format)
    {
        var folder = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.OfFiles(Out(folder), WriteInput(folder, format)).With("batch_size", 4));

        var ended = await service.EndAsync(job.Id);
        ended.Status.ShouldBe(JobStatus.Completed, service.Logs);
        (ended.Rows, ended.Shards.Total).ShouldBe((new RowCounts(Rows, Rows, 0), 2));
        var rows = Output.ReadRows(Out(folder));
        rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, Rows).Select(index => (object)(long)index));
        rows.Select(row => row["item"]).ShouldBe(Enumerable.Range(0, Rows).Select(ServiceJob.Item));
        rows.Select(row => $"{row["score"]}").ShouldBe(Enumerable.Range(0, Rows).Select(index => $"{index * 10}"));
    }

    [Fact]
    public async Task Results_list_preview_and_download_the_parts_byte_for_byte()
    {
        var folder = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.OfFiles(Out(folder), WriteInput(folder, "jsonl")).With("batch_size", 2));
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);

        var results = await service.Client.GetResultsAsync(job.Id);
        results.Status.ShouldBe(JobStatus.Completed);
        results.Schema!.Select(column => column.Name).ShouldBeSubsetOf(Output.ReadRows(Out(folder))[0].Keys);
        results.Parts.Select(part => part.Name).ShouldBe(Output.Parts(Out(folder)).Select(Path.GetFileName));
        foreach (var part in results.Parts)
        {
            using var content = new MemoryStream();
            await service.Client.DownloadAsync(part, content);
            var written = await File.ReadAllBytesAsync(Path.Combine(Out(folder), part.Name));
            content.ToArray().ShouldBe(written);
            (part.Bytes, part.Sha256).ShouldBe((written.Length, Convert.ToHexStringLower(SHA256.HashData(written))));
        }

        var preview = await service.Client.PreviewAsync(job.Id, limit: 3);
        preview.Rows.Select(row => (string)row["item"]!).ShouldBe(Enumerable.Range(0, 3).Select(ServiceJob.Item));

        var usage = await service.Client.GetUsageAsync(job.Id);
        usage.OutputTokens.ShouldBe(Output.ReadRows(Out(folder)).Sum(row => (long)row["num_generated_tokens"]!));
        var missing = await Should.ThrowAsync<JobsException>(service.Client.DownloadAsync(results.Parts[0] with { Link = results.Parts[0].Link.Replace("part-0000000", "part-0000099", StringComparison.Ordinal) }, Stream.Null));
        missing.Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_command_line_downloads_the_parts_and_shows_rows()
    {
        var folder = service.NewFolder();
        var job = await SubmitAsync(ServiceJob.OfFiles(Out(folder), WriteInput(folder, "csv")).With("batch_size", 4));
        (await service.EndAsync(job.Id)).Status.ShouldBe(JobStatus.Completed, service.Logs);

        var shown = service.Cli("results", job.Id, "--limit", "2", "--output", "json");
        shown.ExitCode.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain(ServiceJob.Item(1));
        shown.Output.ShouldNotContain(ServiceJob.Item(2));

        var copied = service.Cli("results", job.Id, "--download", Path.Combine(folder, "copy"));
        copied.ExitCode.ShouldBe(0, copied.Errors);
        var parts = Output.Parts(Out(folder));
        Output.Parts(Path.Combine(folder, "copy")).Select(Path.GetFileName).ShouldBe(parts.Select(Path.GetFileName));
        foreach (var part in parts)
        {
            (await File.ReadAllBytesAsync(Path.Combine(folder, "copy", Path.GetFileName(part)))).ShouldBe(await File.ReadAllBytesAsync(part));
        }
    }

    [Fact]
    public async Task Bad_lines_and_missing_columns_are_errors_of_their_rows_and_the_exit_code_says_so()
    {
        var folder = service.NewFolder();
        var input = Path.Combine(folder, "rows.jsonl");
        await File.WriteAllLinesAsync(input, [Line(0), "{ this is no JSON", JsonSerializer.Serialize(new { other = "x" }), Line(3)]);
        var file = Path.Combine(folder, "job.json");
        await File.WriteAllTextAsync(file, ServiceJob.OfFiles(Out(folder), input).Text());

        var result = service.Cli("submit", file, "--wait", "--output", "json");

        result.ExitCode.ShouldBe(3, result.Errors + service.Logs);
        using var document = JsonDocument.Parse(result.Output);
        document.RootElement.GetProperty("status").GetString().ShouldBe("completed_with_errors");
        var id = document.RootElement.GetProperty("id").GetString()!;
        (await service.Client.GetAsync(id)).Rows.ShouldBe(new RowCounts(4, 4, 2));
        var errors = await service.Client.GetErrorsAsync(id);
        errors.Rows.Select(row => ((long)row["row_index"]!, (string)row["error"]!["type"]!)).ShouldBe([(1L, "bad_line"), (2L, "missing_column")]);
        errors.Groups!.Select(group => (group.Type, group.Rows)).ShouldBe([("bad_line", 1L), ("missing_column", 1L)], ignoreOrder: true);
        Output.ReadRows(Out(folder)).Where(row => row["error"] is null).Select(row => row["row_index"]).ShouldBe([0L, 3L]);
        service.Cli("errors", id).Output.ShouldContain("missing_column");
        service.Cli("watch", id).ExitCode.ShouldBe(3);
    }

    private static string Out(string folder) => Path.Combine(folder, "out");

    private static string Line(int index) => JsonSerializer.Serialize(new { item = ServiceJob.Item(index), score = index * 10 });

    private static string WriteInput(string folder, string format)
    {
        var path = Path.Combine(folder, $"rows.{format}");
        switch (format)
        {
            case "jsonl":
                File.WriteAllLines(path, Enumerable.Range(0, Rows).Select(Line));
                break;
            case "csv":
                File.WriteAllLines(path, Enumerable.Range(0, Rows).Select(index => $"\"{ServiceJob.Item(index)}\",{index * 10}").Prepend("item,score"));
                break;
            default:
                WriteParquet(path);
                break;
        }

        return path;
    }

    private static void WriteParquet(string path)
    {
        var schema = new TableSchema([new Column("item", ColumnType.String), new Column("score", ColumnType.Int64)]);
        using var writer = ParquetWriter.Create(path, schema);
        foreach (var index in Enumerable.Range(0, Rows))
        {
            writer.Write([ServiceJob.Item(index), (long)(index * 10)]);
        }

        writer.Complete();
    }

    private Task<JobResource> SubmitAsync(System.Text.Json.Nodes.JsonObject job) => service.Client.SubmitAsync(job.Text(), "application/json");
}
