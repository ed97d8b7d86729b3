using System.Text;
using Serverless.Storage.Blobs;

namespace Serverless.Conformance.Tests.Blobs;

/// <summary>What every blob store promises. Each implementation derives from this and gives an empty store.</summary>
public abstract class BlobStoreSuite : IDisposable
{
    protected abstract IBlobStore Store { get; }

    public abstract void Dispose();

    [Fact]
    public async Task A_created_blob_is_read_back_whole()
    {
        var content = Bytes(1_000_000);
        (await Store.TryCreateAsync("jobs/a b/part-0000000.parquet", content)).ShouldBeTrue();

        (await Store.ReadAllBytesAsync("jobs/a b/part-0000000.parquet")).ShouldBe(content);
    }

    [Fact]
    public async Task Creating_over_a_blob_changes_nothing_and_says_so()
    {
        (await Store.TryCreateAsync("a", "first"u8.ToArray())).ShouldBeTrue();
        var before = await Store.GetInfoAsync("a");
        (await Store.TryCreateAsync("a", "second"u8.ToArray())).ShouldBeFalse();

        (await Store.ReadTextAsync("a")).ShouldBe("first");
        (await Store.GetInfoAsync("a")).ShouldBe(before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_many_writers_at_once_exactly_one_wins_and_its_content_stands(bool fromFile)
    {
        const int Writers = 16;
        for (var round = 0; round < 5; round++)
        {
            var name = $"race/{round}";
            using var start = new Barrier(Writers);
            var attempts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
                () =>
                {
                    var content = Encoding.UTF8.GetBytes(new string((char)('a' + writer), 10_000));
                    using var scratch = Store.CreateScratch();
                    File.WriteAllBytes(scratch.Path, content);
                    start.SignalAndWait(TimeSpan.FromMinutes(1)).ShouldBeTrue("not all writers came to the start");
                    var created = fromFile ? Store.TryCreateFromFileAsync(name, scratch.Path) : Store.TryCreateAsync(name, content);
                    return (Writer: writer, Created: created.AsTask().GetAwaiter().GetResult());
                },
                TaskCreationOptions.LongRunning)));

            var winner = attempts.Single(attempt => attempt.Created).Writer;
            (await Store.ReadTextAsync(name)).ShouldBe(new string((char)('a' + winner), 10_000));
        }
    }

    [Fact]
    public async Task A_file_that_is_created_from_is_used_up_whether_it_wins_or_loses()
    {
        foreach (var expected in new[] { true, false })
        {
            using var scratch = Store.CreateScratch();
            File.WriteAllText(scratch.Path, expected.ToString());
            (await Store.TryCreateFromFileAsync("x/y", scratch.Path)).ShouldBe(expected);
            File.Exists(scratch.Path).ShouldBeFalse();
        }
        (await Store.ReadTextAsync("x/y")).ShouldBe("True");
    }

    [Fact]
    public async Task A_file_from_elsewhere_can_be_created_from()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "elsewhere");

        (await Store.TryCreateFromFileAsync("x", file)).ShouldBeTrue();
        (await Store.ReadTextAsync("x")).ShouldBe("elsewhere");
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task Content_that_breaks_off_leaves_nothing_behind()
    {
        await Should.ThrowAsync<InvalidDataException>(() => Store.TryCreateAsync("a", new BreakingStream()).AsTask());

        (await Store.GetInfoAsync("a")).ShouldBeNull();
        (await Store.ListAsync().ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Replacing_gives_the_new_content_a_new_etag_and_creates_what_is_not_there()
    {
        await Store.ReplaceAsync("state/x.json", "1"u8.ToArray());
        var first = await Store.GetInfoAsync("state/x.json");
        await Store.ReplaceAsync("state/x.json", "2"u8.ToArray());
        var second = await Store.GetInfoAsync("state/x.json");

        (await Store.ReadTextAsync("state/x.json")).ShouldBe("2");
        second!.Size.ShouldBe(first!.Size);
        second.ETag.ShouldNotBe(first.ETag);
    }

    [Theory]
    [InlineData(0L, null, "0123456789")]
    [InlineData(3L, null, "3456789")]
    [InlineData(3L, 4L, "3456")]
    [InlineData(8L, 100L, "89")]
    [InlineData(100L, null, "")]
    [InlineData(2L, 0L, "")]
    public async Task A_range_is_read_as_far_as_the_blob_goes(long offset, long? length, string expected)
    {
        await Store.TryCreateAsync("digits", "0123456789"u8.ToArray());
        await using var stream = await Store.OpenReadAsync("digits", offset, length);

        stream.Length.ShouldBe(expected.Length);
        (await new StreamReader(stream).ReadToEndAsync()).ShouldBe(expected);
    }

    [Fact]
    public async Task A_stream_can_seek_within_its_range()
    {
        await Store.TryCreateAsync("digits", "0123456789"u8.ToArray());
        await using var stream = await Store.OpenReadAsync("digits", 2, 5);
        stream.Seek(-2, SeekOrigin.End).ShouldBe(3);
        stream.ReadByte().ShouldBe('5');
        stream.Position = 0;
        stream.ReadByte().ShouldBe('2');
    }

    [Fact]
    public async Task Facts_about_a_blob_are_its_size_and_time_and_null_if_there_is_none()
    {
        await Store.TryCreateAsync("a/b", new byte[123]);
        var info = (await Store.GetInfoAsync("a/b"))!;

        info.Name.ShouldBe("a/b");
        info.Size.ShouldBe(123);
        info.ETag.ShouldNotBeNullOrEmpty();
        (TimeProvider.System.GetUtcNow() - info.LastModified).Duration().ShouldBeLessThan(TimeSpan.FromHours(1));
        (await Store.GetInfoAsync("a/c")).ShouldBeNull();
        (await Store.GetInfoAsync("a")).ShouldBeNull();
        (await Store.GetInfoAsync("a/b/c")).ShouldBeNull();
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_named_in_the_error()
    {
        var error = await Should.ThrowAsync<BlobException>(() => Store.OpenReadAsync("no/such").AsTask());
        error.Kind.ShouldBe(BlobErrorKind.NotFound);
        error.Message.ShouldContain("no/such");
        (await Store.ReadTextAsync("no/such")).ShouldBeNull();
        (await Should.ThrowAsync<BlobException>(() => Store.GetLocalFileAsync("no/such").AsTask())).Kind.ShouldBe(BlobErrorKind.NotFound);
    }

    [Fact]
    public async Task Listing_gives_names_with_the_prefix_in_ordinal_order()
    {
        string[] names = ["a.b", "a/b/c", "a0", "b/part-1", "b/part-0", "bb/x", "ä/ü 🍡.txt"];
        foreach (var name in names.Reverse()) await Store.TryCreateAsync(name, "x"u8.ToArray());

        (await Names("")).ShouldBe(["a.b", "a/b/c", "a0", "b/part-0", "b/part-1", "bb/x", "ä/ü 🍡.txt"]);
        (await Names("b")).ShouldBe(["b/part-0", "b/part-1", "bb/x"]);
        (await Names("b/")).ShouldBe(["b/part-0", "b/part-1"]);
        (await Names("b/part-1")).ShouldBe(["b/part-1"]);
        (await Names("nothing/here")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_its_name_is_free()
    {
        await Store.TryCreateAsync("a/b", "1"u8.ToArray());
        (await Store.DeleteAsync("a/b")).ShouldBeTrue();
        (await Store.DeleteAsync("a/b")).ShouldBeFalse();

        (await Store.GetInfoAsync("a/b")).ShouldBeNull();
        (await Store.TryCreateAsync("a/b", "2"u8.ToArray())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_blob_can_be_had_as_a_local_file()
    {
        await Store.TryCreateAsync("a/b", "local"u8.ToArray());
        using (var file = await Store.GetLocalFileAsync("a/b")) File.ReadAllText(file.Path).ShouldBe("local");

        (await Store.ReadTextAsync("a/b")).ShouldBe("local");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a\0b")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        var error = await Should.ThrowAsync<BlobException>(() => Store.TryCreateAsync(name, "x"u8.ToArray()).AsTask());
        error.Kind.ShouldBe(BlobErrorKind.InvalidName);
        (await Should.ThrowAsync<BlobException>(() => Store.GetInfoAsync(name).AsTask())).Kind.ShouldBe(BlobErrorKind.InvalidName);
    }

    private async Task<List<string>> Names(string prefix) => await Store.ListAsync(prefix).Select(info => info.Name).ToListAsync();

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Fails after its first bytes, as a writer upstream may.</summary>
    private sealed class BreakingStream : MemoryStream
    {
        private bool given;

        public override int Read(Span<byte> buffer)
        {
            if (given) throw new InvalidDataException("broke off");
            given = true;
            buffer.Clear();
            return buffer.Length;
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            destination.Write(new byte[100]);
            throw new InvalidDataException("broke off");
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
