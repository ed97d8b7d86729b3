using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class ParquetWriterTests : IDisposable
{
    private static readonly TableSchema Schema = new(
        new Column("n", ColumnType.Int64),
        new Column("tags", ColumnType.List(ColumnType.Struct(new Column("name", ColumnType.String)))));

    private readonly string folder = Directory.CreateTempSubdirectory("parquet-").FullName;

    private string Path => System.IO.Path.Combine(folder, "x.parquet");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_value_that_does_not_fit_names_file_row_column_expected_and_found_and_the_writer_goes_on()
    {
        using (var writer = ParquetWriter.Create(Path, Schema))
        {
            writer.Write([1L, null]);
            Refused(writer, ["x", null]).ShouldBe($"{Path}, row 1, column \"n\": expected int64, found string \"x\".");
            Refused(writer, [1.5, null]).ShouldBe($"{Path}, row 1, column \"n\": expected int64, found float64 1.5.");
            Refused(writer, [1, null]).ShouldContain("a .NET Int32, which is not a table value");
            Refused(writer, [2L, new object?[] { Name("a"), Name(true) }]).ShouldBe($"{Path}, row 1, column \"tags\" at [1].name: expected string, found boolean true.");
            Refused(writer, [2L, new object?[] { new Dictionary<string, object?> { ["nam"] = "a" } }]).ShouldContain("column \"tags\" at [0]: expected struct<name: string>, found a field named \"nam\"");
            Refused(writer, [2L]).ShouldContain("expected a row of 2 values, found 1 values");
            writer.Write([2L, new object?[] { Name("b") }]);
            writer.Complete();
        }

        using var file = ParquetFile.Open(Path);
        file.ReadRows().Select(row => row[0]).ShouldBe([1L, 2L]);
    }

    [Fact]
    public void Without_completion_nothing_is_touched()
    {
        using (var writer = ParquetWriter.Create(Path, Schema)) writer.Write([1L, null]);
        File.Exists(Path).ShouldBeFalse();

        File.WriteAllText(Path, "old");
        using (var writer = ParquetWriter.Create(Path, Schema)) writer.Write([1L, null]);
        File.ReadAllText(Path).ShouldBe("old");
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_named_with_the_reason()
    {
        var path = System.IO.Path.Combine(folder, "no/such/folder.parquet");
        using var writer = ParquetWriter.Create(path, Schema);
        Should.Throw<TableException>(() => writer.Complete()).Message.ShouldStartWith($"{path} could not be written as Parquet: ");
    }

    [Fact]
    public void Long_texts_and_many_chunks_keep_their_order()
    {
        var schema = new TableSchema(new Column("n", ColumnType.Int64), new Column("text", ColumnType.String));
        using (var writer = ParquetWriter.Create(Path, schema))
        {
            for (var i = 0L; i < 200; i++) writer.Write([i, new string((char)('a' + i % 26), 100_000)]);
            for (var i = 200L; i < 10_000; i++) writer.Write([i, null]);
            writer.RowCount.ShouldBe(10_000);
            writer.Complete();
        }

        using var file = ParquetFile.Open(Path);
        file.ReadRows().Index().ShouldAllBe(entry => (long)entry.Item[0]! == entry.Index && (entry.Index >= 200 || ((string)entry.Item[1]!).Length == 100_000));
    }

    [Fact]
    public async Task Many_writers_and_readers_work_at_once()
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var path = System.IO.Path.Combine(folder, $"{worker}.parquet");
            using (var writer = ParquetWriter.Create(path, Schema))
            {
                for (var i = 0L; i < 3000; i++) writer.Write([i * worker, new object?[] { Name($"w{worker}") }]);
                writer.Complete(new Dictionary<string, string> { ["worker"] = $"{worker}" });
            }
            using var file = ParquetFile.Open(path);
            file.Metadata["worker"].ShouldBe($"{worker}");
            return file.ReadRows().Index().Count(entry => (long)entry.Item[0]! == entry.Index * worker);
        })));
        counts.ShouldAllBe(count => count == 3000);
    }

    [Theory]
    [InlineData("a", "A", "A table has two columns named \"a\" and \"A\"")]
    [InlineData("a", "", "needs a name")]
    public void Names_that_readers_could_not_tell_apart_are_refused(string first, string second, string message) =>
        Should.Throw<TableException>(() => new TableSchema(new Column(first, ColumnType.Int64), new Column(second, ColumnType.Int64))).Message.ShouldContain(message);

    private static Dictionary<string, object?> Name(object? name) => new() { ["name"] = name };

    private static string Refused(ParquetWriter writer, object?[] row) => Should.Throw<TableException>(() => writer.Write(row)).Message;
}
