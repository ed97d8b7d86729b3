using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class ParquetFooterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("parquet-footer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5000, 3)]
    [InlineData(10, 400)]
    public async Task It_says_what_DuckDB_reads_of_the_whole_file(int rows, int columns)
    {
        var path = Write(rows, columns);
        var footer = await ReadAsync(File.ReadAllBytes(path));
        using var file = ParquetFile.Open(path);
        footer.RowCount.ShouldBe(rows);
        footer.RowCount.ShouldBe(file.RowCount);
        footer.Metadata.ShouldBe(file.Metadata, ignoreOrder: true);
        footer.Metadata["größe"].ShouldBe("o'ne\n✓");
    }

    [Fact]
    public async Task A_file_that_was_cut_anywhere_is_an_error()
    {
        var whole = File.ReadAllBytes(Write(rows: 20, columns: 2));
        for (var length = 0; length < whole.Length; length++)
            await Should.ThrowAsync<TableException>(() => ReadAsync(whole[..length]));
    }

    [Fact]
    public async Task Bytes_that_are_no_Parquet_are_named()
    {
        (await Should.ThrowAsync<TableException>(() => ReadAsync("{\"this\": \"is JSON\"}"u8.ToArray()))).Message.ShouldBe("it does not end as a Parquet file does");
        (await Should.ThrowAsync<TableException>(() => ReadAsync([.. new byte[20], 0xFF, 0xFF, 0xFF, 0x7F, .. "PAR1"u8]))).Message.ShouldContain("the file has 28");
        (await Should.ThrowAsync<TableException>(() => ReadAsync([.. "PAR1"u8, 0, 1, 0, 0, 0, .. "PAR1"u8]))).Message.ShouldContain("how many rows");
    }

    [Fact]
    public async Task A_damaged_byte_is_an_error_or_another_value_and_never_anything_else()
    {
        var whole = File.ReadAllBytes(Write(rows: 20, columns: 2));
        var errors = 0;
        for (var at = 4; at < whole.Length; at++)
        {
            foreach (var mask in new byte[] { 0x01, 0x10, 0x80, 0xFF })
            {
                var bytes = (byte[])whole.Clone();
                bytes[at] ^= mask;
                try
                {
                    (await ReadAsync(bytes)).RowCount.ShouldBeGreaterThanOrEqualTo(0);
                }
                catch (TableException)
                {
                    errors++;
                }
            }
        }

        errors.ShouldBeGreaterThan(100);
    }

    private static async Task<ParquetFooter> ReadAsync(byte[] bytes)
    {
        await using var stream = new MemoryStream(bytes);
        return await ParquetFooter.ReadAsync(stream);
    }

    private string Write(int rows, int columns)
    {
        var path = Path.Combine(folder, $"{rows}-{columns}.parquet");
        using var writer = ParquetWriter.Create(path, new TableSchema([.. Enumerable.Range(0, columns).Select(i => new Column($"a column with a long name {i}", ColumnType.Int64))]));
        for (var row = 0L; row < rows; row++) writer.Write([.. Enumerable.Repeat<object?>(row, columns)]);
        writer.Complete(new Dictionary<string, string> { ["größe"] = "o'ne\n✓", ["serverless.rows"] = $"{rows}" });
        return path;
    }
}
