using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class ParquetRoundTripTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("parquet-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Rows_of_any_schema_come_back_as_they_were_written() =>
        Prop.ForAll(RandomTables.Tables(3000).ToArbitrary(), table =>
        {
            var path = Write(table.Schema, table.Rows);
            using var file = ParquetFile.Open(path);
            file.Schema.ShouldBe(table.Schema);
            file.RowCount.ShouldBe(table.Rows.Length);
            TypedText.ShouldBeSame(TypedText.Of(file.Schema, file.ReadRows()), TypedText.Of(table.Schema, table.Rows), table.Schema);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hyparquet_reads_the_same_rows_from_our_files() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1).WithStartSize(20), Prop.ForAll(RandomTables.Tables(500).ArrayOf(20).ToArbitrary(), tables =>
        {
            var metadata = new Dictionary<string, string> { ["serverless.part"] = "{\"shard\": 7, \"note\": \"it's ü\"}" };
            var paths = tables.Select(table => Write(table.Schema, table.Rows, metadata)).ToArray();
            foreach (var (table, read) in tables.Zip(ReadWithHyparquet(paths)))
            {
                TypedText.ShouldBeSame(TypedText.Of(read["rows"]), TypedText.Of(table.Schema, table.Rows), table.Schema);
                read["metadata"]!["serverless.part"]!.GetValue<string>().ShouldBe(metadata["serverless.part"]);
                read["row_groups"]!.AsArray().Sum(rows => rows!.GetValue<int>()).ShouldBe(table.Rows.Length);
                if (table.Rows.Length > 0) read["codecs"]!.AsArray().Single()!.GetValue<string>().ShouldBe("ZSTD");
            }
        }));

    [Fact]
    public void Nested_columns_nulls_and_metadata_come_back_as_they_were_written()
    {
        var schema = new TableSchema(
            new Column("id", ColumnType.Int64),
            new Column("it's \"quoted\"", ColumnType.String),
            new Column("flag", ColumnType.Boolean),
            new Column("score", ColumnType.Float64),
            new Column("tags", ColumnType.List(ColumnType.String)),
            new Column("error", ColumnType.Struct(new Column("type", ColumnType.String), new Column("codes", ColumnType.List(ColumnType.Int64)))),
            new Column("deep", ColumnType.List(ColumnType.List(ColumnType.Struct(new Column("x", ColumnType.Float64))))));
        object?[][] rows =
        [
            [1L, "köttbullar 🍡\0!", true, 1.5, new[] { "a", null, "" }, new Dictionary<string, object?> { ["type"] = "t", ["codes"] = new object?[] { 1L, null } }, new object?[] { new object?[] { new Dictionary<string, object?> { ["x"] = 2L } }, null, Array.Empty<object?>() }],
            [null, null, null, null, null, null, null],
            [long.MinValue, new string('x', 100_000), false, double.NaN, Array.Empty<object?>(), new Dictionary<string, object?>(), Array.Empty<object?>()],
        ];
        var path = Path.Combine(folder, "a*[b]?'c.parquet");
        using (var writer = ParquetWriter.Create(path, schema))
        {
            foreach (var row in rows) writer.Write(row);
            writer.Complete(new Dictionary<string, string> { ["serverless.usage"] = "{\"it's\": 1}", ["é"] = "ü" });
        }

        using var file = ParquetFile.Open(path);
        file.Schema.ShouldBe(schema);
        file.RowCount.ShouldBe(3);
        file.Metadata["serverless.usage"].ShouldBe("{\"it's\": 1}");
        file.Metadata["é"].ShouldBe("ü");
        var read = file.ReadRows().ToList();
        read[0][1].ShouldBe("köttbullar 🍡\0!");
        ((IReadOnlyList<object?>)read[0][4]!).ShouldBe(["a", null, ""]);
        var error = (IReadOnlyDictionary<string, object?>)read[0][5]!;
        ((IReadOnlyList<object?>)error["codes"]!).ShouldBe([1L, null]);
        read[1].ShouldAllBe(value => value == null);
        read[2][3].ShouldBe(double.NaN);
        ((IReadOnlyList<object?>)read[2][4]!).Count.ShouldBe(0);
    }

    private string Write(TableSchema schema, object?[][] rows, Dictionary<string, string>? metadata = null)
    {
        var path = Path.Combine(folder, Path.GetRandomFileName());
        using var writer = ParquetWriter.Create(path, schema, new ParquetWriterOptions { RowGroupRows = 2048 });
        foreach (var row in rows) writer.Write(row);
        writer.Complete(metadata);
        return path;
    }

    private static List<JsonNode> ReadWithHyparquet(string[] paths)
    {
        var peers = typeof(ParquetRoundTripTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PeersFolder").Value!;
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(peers, "read-parquet.mjs"), .. paths])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        var lines = node.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        node.WaitForExit(TimeSpan.FromMinutes(1)).ShouldBeTrue("node did not end");
        node.ExitCode.ShouldBe(0, errors.Result);
        return [.. lines.Select(line => JsonNode.Parse(line)!)];
    }
}
