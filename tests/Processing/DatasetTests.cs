using Serverless.Contracts.Errors;
using Serverless.Processing.Datasets;
using Serverless.Processing.Jobs;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Tests;

public sealed class DatasetTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_is_every_known_file_below_it_in_the_order_of_names()
    {
        folder.Write("data/b.jsonl", "{\"item\": \"b\"}\n");
        folder.Write("data/a/z.csv", "item\nz\n");
        folder.Write("data/readme.txt", "not data");
        folder.Write("data/_plan/page.jsonl", "{\"item\": \"hidden\"}\n");
        (await Items(Dataset.Read(folder.Sub("data")))).ShouldBe(["z", "b"]);
    }

    [Fact]
    public async Task A_glob_takes_what_it_matches_in_the_order_of_names()
    {
        foreach (var name in new[] { "data/x/2.jsonl", "data/x/1.jsonl", "data/0.jsonl", "data/x/y/3.jsonl", "data/x/no.csv" })
            folder.Write(name, $"{{\"item\": \"{Path.GetFileNameWithoutExtension(name)}\"}}\n");
        (await Items(Dataset.Read(folder.Sub("data/**/*.jsonl")))).ShouldBe(["0", "1", "2", "3"]);
        (await Items(Dataset.Read(folder.Sub("data/x/*.jsonl")))).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Files_with_tabulators_are_tables_like_any_other()
    {
        folder.Write("data/a.tsv", "item\tnote\na, b\t1\n");
        folder.Write("data/b.tab", "item\tnote\n\"c\td\"\t2\n");
        (await Items(Dataset.Read(folder.Sub("data")))).ShouldBe(["a, b", "c\td"]);
        (await Items(Dataset.ReadCsv(folder.Sub("data/a.tsv")))).ShouldBe(["a, b"]);
    }

    [Fact]
    public async Task A_link_to_nothing_that_a_glob_matches_is_named()
    {
        folder.Write("data/a.jsonl", "{\"item\": \"a\"}\n");
        File.CreateSymbolicLink(folder.Sub("data/b.jsonl"), folder.Sub("absent"));
        var error = await Should.ThrowAsync<JobException>(() => Items(Dataset.Read(folder.Sub("data/*.jsonl"))));
        error.Code.ShouldBe(ErrorCodes.InvalidInput);
        error.Message.ShouldContain("b.jsonl");
    }

    [Fact]
    public async Task A_column_without_a_name_is_wrong_input()
    {
        var source = new FileSource(folder.Write("a.jsonl", "{\"\": 1}\n"), default);
        var error = await Should.ThrowAsync<JobException>(async () => await source.ScanAsync(await source.ListAsync(default), 0, 10, 10, default));
        error.Code.ShouldBe(ErrorCodes.InvalidInput);
        error.Message.ShouldContain("is empty");
    }

    [Fact]
    public async Task A_format_that_is_named_goes_before_the_file_s_ending()
    {
        var rows = folder.Write("rows.data", "{\"item\": \"a\"}\n");
        (await Items(Dataset.ReadJsonl(rows))).ShouldBe(["a"]);
        var table = folder.Write("table.txt", "item\nb\n");
        (await Items(Dataset.ReadCsv(table))).ShouldBe(["b"]);
        var parquet = folder.Sub("rows");
        File.Move(WriteRows("rows.parquet", 2), parquet);
        (await Items(Dataset.ReadParquet(parquet))).Count.ShouldBe(2);
        var batch = folder.Write("batch", """{"custom_id": "c", "method": "POST", "url": "/v1/completions", "body": {"prompt": "p"}, "item": "d"}""");
        (await Items(Dataset.ReadOpenAIBatch(batch))).ShouldBe(["d"]);
    }

    [Theory]
    [InlineData("absent.jsonl", "there is no file or folder")]
    [InlineData("*.parquet", "matches *.parquet")]
    [InlineData("notes.txt", "its ending does not say what it holds")]
    [InlineData("s3://c/x.jsonl", "s3:// is not supported yet")]
    public async Task Input_that_is_not_there_says_what_was_looked_for(string uri, string message)
    {
        folder.Write("notes.txt", "x");
        var error = await Should.ThrowAsync<JobException>(() => Items(Dataset.Read(uri.Contains("://", StringComparison.Ordinal) ? uri : folder.Sub(uri))));
        error.Code.ShouldBe(ErrorCodes.InvalidInput);
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.csv")]
    [InlineData("a.tsv")]
    [InlineData("a.parquet")]
    public async Task Shards_read_one_after_the_other_give_the_file(string name)
    {
        var path = WriteRows(name, 1000);
        var source = new FileSource(path, default);
        var files = await source.ListAsync(default);
        var scan = await source.ScanAsync(files, 0, 64, long.MaxValue, default);
        var shards = ShardPlanner.Cut(scan.Ranges, 64).ToList();
        shards.Sum(shard => shard.Rows).ShouldBe(1000);
        shards.ShouldAllBe(shard => shard.Rows <= 64);
        var next = 0;
        foreach (var shard in shards)
        {
            shard.FirstRow.ShouldBe(next);
            await foreach (var row in source.ReadAsync(files, shard, default))
                row.Row["item"].ShouldBe($"item {next++},\n\"quoted\"");
        }

        next.ShouldBe(1000);
    }

    [Fact]
    public async Task Parquet_shards_stay_inside_row_groups()
    {
        var path = folder.Sub("a.parquet");
        using (var writer = ParquetWriter.Create(path, new TableSchema(new Column("item", ColumnType.String)), new ParquetWriterOptions { RowGroupRows = 2048 }))
        {
            for (var i = 0; i < 5000; i++)
                writer.Write([$"item {i}"]);
            writer.Complete();
        }

        var source = new FileSource(path, default);
        var scan = await source.ScanAsync(await source.ListAsync(default), 0, 1500, long.MaxValue, default);
        ShardPlanner.Cut(scan.Ranges, 1500).Select(shard => (shard.FirstRow, shard.Rows)).ShouldBe([(0, 1500), (1500, 548), (2048, 1500), (3548, 548), (4096, 904)]);
    }

    [Fact]
    public void Shards_grow_with_the_dataset_so_that_there_are_about_ten_thousand()
    {
        SourceRange[] ranges = [.. Enumerable.Range(0, 30_000).Select(i => new SourceRange(0, i * 100L, 100, 10, 100))];
        var shards = ShardPlanner.Cut(ranges, ShardPlanner.RowsPerShard(300_000, 10)).ToList();
        shards.Count.ShouldBe(10_000);
        shards.ShouldAllBe(shard => shard.Rows == 30);
    }

    [Fact]
    public void Shards_do_not_grow_past_sixteen_megabytes()
    {
        SourceRange[] ranges = [.. Enumerable.Range(0, 30_000).Select(i => new SourceRange(0, i, 1, 10, 6_000_000))];
        ShardPlanner.Cut(ranges, ShardPlanner.RowsPerShard(300_000, 10)).ShouldAllBe(shard => shard.Rows == 20);
    }

    [Fact]
    public async Task Long_lines_make_small_shards()
    {
        var path = folder.Sub("long.jsonl");
        var text = new string('x', 5_000_000);
        File.WriteAllLines(path, Enumerable.Range(0, 10).Select(_ => $"{{\"item\": \"{text}\"}}"));
        var source = new FileSource(path, default);
        var scan = await source.ScanAsync(await source.ListAsync(default), 0, 256, long.MaxValue, default);
        scan.Ranges.Select(range => range.Rows).ShouldBe([4, 4, 2]);
    }

    [Fact]
    public async Task One_item_is_one_row()
    {
        (await Items(Dataset.FromItems("An old silent pond..."))).ShouldBe(["An old silent pond..."]);
        (await Items(Dataset.FromItems("a", "b"))).ShouldBe(["a", "b"]);
        (await Items(Dataset.FromItems(new List<int> { 1, 2 }))).ShouldBe([1L, 2L]);
        (await Items(Dataset.FromItems(Row.Of(("item", "x"))))).ShouldBe(["x"]);
        (await Items(Dataset.FromItems(new Dictionary<string, object?> { ["item"] = 2.5 }, new Dictionary<string, object?> { ["item"] = null }))).ShouldBe([2.5, null]);
    }

    [Fact]
    public async Task Items_may_be_scalars_dictionaries_and_rows()
    {
        object?[] items = ["a", 5, new Dictionary<string, object?> { ["x"] = 1.5f, ["y"] = new[] { 1, 2 } }, Row.Of(("z", true))];
        var rows = new List<Row>();
        await foreach (var row in Dataset.FromItems(items).Source.StreamAsync(default))
            rows.Add(row.Row);
        rows[0]["item"].ShouldBe("a");
        rows[1]["item"].ShouldBe(5L);
        rows[2]["x"].ShouldBe(1.5);
        rows[2].GetList("y").ShouldBe([1L, 2L]);
        rows[3]["z"].ShouldBe(true);
    }

    string WriteRows(string name, int count)
    {
        var path = folder.Sub(name);
        var items = Enumerable.Range(0, count).Select(i => $"item {i},\n\"quoted\"");
        switch (Path.GetExtension(name))
        {
            case ".jsonl":
                File.WriteAllLines(path, items.Select(item => $"{{\"n\": 1, \"item\": {System.Text.Json.JsonSerializer.Serialize(item)}}}"));
                break;
            case ".csv" or ".tsv":
                var comma = TextTableOptions.DelimiterOf(name);
                File.WriteAllText(path, $"n{comma}item\n" + string.Concat(items.Select(item => $"1{comma}\"{item.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n")));
                break;
            default:
                using (var writer = ParquetWriter.Create(path, new TableSchema(new Column("n", ColumnType.Int64), new Column("item", ColumnType.String))))
                {
                    foreach (var item in items)
                        writer.Write([1L, item]);
                    writer.Complete();
                }

                break;
        }

        return path;
    }

    static async Task<List<object?>> Items(Dataset dataset)
    {
        List<object?> items = [];
        await foreach (var row in dataset.Source.StreamAsync(default))
            items.Add(row.Row["item"]);
        return items;
    }
}
