using Serverless.Storage.Blobs;

namespace Serverless.Storage.Tests.Blobs;

/// <summary>What the local store does beyond the contract of all stores (tests/Conformance).</summary>
public sealed class LocalBlobStoreTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("local-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_lock_that_is_gone_is_not_made_again_by_who_looks_for_left_ones()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Should.Throw<BlobException>(() => LibC.TryLock(path, create: false)).Kind.ShouldBe(BlobErrorKind.NotFound);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task Many_stores_over_one_folder_open_write_and_close_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("serverless-").FullName;
        try
        {
            await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
            {
                using var store = new LocalBlobStore(folder);
                (await store.TryCreateAsync($"{number}/spec.json", "{}"u8.ToArray(), cancellation)).ShouldBeTrue();
            });
            Directory.EnumerateFiles(folder, "spec.json", SearchOption.AllDirectories).Count().ShouldBe(2000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_writer_that_is_killed_before_the_link_leaves_nothing_visible_and_the_next_one_sweeps()
    {
        (await Program.CreateBlobInChild(root, "out/part-0", "half", "storage.blob.before-link=kill")).ShouldBe(137);

        Directory.EnumerateFiles(Path.Combine(root, "_tmp"), "*", SearchOption.AllDirectories).Count().ShouldBe(2, "its file and its lock");
        using var store = new LocalBlobStore(root);
        (await store.GetInfoAsync("out/part-0")).ShouldBeNull();
        (await store.ListAsync().ToListAsync()).ShouldBeEmpty();
        (await store.TryCreateAsync("out/part-0", "whole"u8.ToArray())).ShouldBeTrue();
        (await store.ReadTextAsync("out/part-0")).ShouldBe("whole");
        store.Dispose();
        Directory.GetFileSystemEntries(root).ShouldBe([Path.Combine(root, "out")]);
    }

    [Fact]
    public async Task A_writer_that_is_killed_after_the_link_leaves_the_whole_blob_and_later_ones_lose()
    {
        (await Program.CreateBlobInChild(root, "out/part-0", "first", "storage.blob.after-link=kill")).ShouldBe(137);
        (await Program.CreateBlobInChild(root, "out/part-0", "second", "")).ShouldBe(1);

        using var store = new LocalBlobStore(root);
        (await store.ReadTextAsync("out/part-0")).ShouldBe("first");
    }

    [Fact]
    public async Task A_replacement_that_fails_before_the_rename_leaves_the_old_content()
    {
        using var store = new LocalBlobStore(root);
        await store.ReplaceAsync("state", "old"u8.ToArray());
        Directory.CreateDirectory(Path.Combine(root, "folder/below"));

        await Should.ThrowAsync<BlobException>(() => store.ReplaceAsync("folder", "new"u8.ToArray()).AsTask());
        (await store.ReadTextAsync("state")).ShouldBe("old");
    }

    [Fact]
    public async Task What_a_living_writer_is_writing_is_not_swept()
    {
        using var living = new LocalBlobStore(root);
        using var scratch = living.CreateScratch();
        using var other = new LocalBlobStore(root);
        await other.TryCreateAsync("x", "y"u8.ToArray());

        File.Exists(scratch.Path).ShouldBeTrue();
        File.WriteAllText(scratch.Path, "z");
        (await living.TryCreateFromFileAsync("z", scratch.Path)).ShouldBeTrue();
    }

    [Fact]
    public async Task Writing_through_a_folder_that_is_a_symbolic_link_is_refused()
    {
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(root, "out"), outside);
        using var store = new LocalBlobStore(root);

        (await Should.ThrowAsync<BlobException>(() => store.TryCreateAsync("out/deep/x", "y"u8.ToArray()).AsTask())).Message.ShouldContain("symbolic link");
        Directory.GetFileSystemEntries(outside).ShouldBeEmpty();
        Directory.Delete(outside);
    }

    [Fact]
    public async Task A_root_that_is_a_symbolic_link_is_followed()
    {
        Directory.CreateDirectory(Path.Combine(root, "real"));
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), Path.Combine(root, "real"));
        using var store = new LocalBlobStore(Path.Combine(root, "link"));

        (await store.TryCreateAsync("a/b", "y"u8.ToArray())).ShouldBeTrue();
        File.Exists(Path.Combine(root, "real/a/b")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_blob_below_a_blob_and_a_store_where_none_can_be_are_clear_errors()
    {
        using var store = new LocalBlobStore(root);
        await store.TryCreateAsync("a", "x"u8.ToArray());
        var below = await Should.ThrowAsync<BlobException>(() => store.TryCreateAsync("a/b", "x"u8.ToArray()).AsTask());
        below.Message.ShouldContain(Path.Combine(root, "a"));

        using var nowhere = new LocalBlobStore("/sys/serverless");
        var denied = await Should.ThrowAsync<BlobException>(() => nowhere.TryCreateAsync("a", "x"u8.ToArray()).AsTask());
        denied.Message.ShouldContain("/sys/serverless");
    }

    [Fact]
    public async Task The_stores_own_folder_is_not_for_blobs()
    {
        using var store = new LocalBlobStore(root);
        (await Should.ThrowAsync<BlobException>(() => store.TryCreateAsync("_tmp/x", "y"u8.ToArray()).AsTask())).Kind.ShouldBe(BlobErrorKind.InvalidName);
    }

    [Fact]
    public async Task A_file_that_is_written_again_has_another_etag()
    {
        File.WriteAllText(Path.Combine(root, "in.jsonl"), "12");
        using var store = new LocalBlobStore(root);
        var before = await store.GetInfoAsync("in.jsonl");
        File.Delete(Path.Combine(root, "in.jsonl"));
        File.WriteAllText(Path.Combine(root, "keep-inode"), "x");
        File.WriteAllText(Path.Combine(root, "in.jsonl"), "34");

        (await store.GetInfoAsync("in.jsonl"))!.ETag.ShouldNotBe(before!.ETag);
    }

    [Theory]
    [InlineData(28, BlobErrorKind.NoSpace, "free space on the disk")]
    [InlineData(122, BlobErrorKind.NoSpace, "quota")]
    [InlineData(30, BlobErrorKind.AccessDenied, "read-only")]
    [InlineData(13, BlobErrorKind.AccessDenied, "permissions")]
    [InlineData(36, BlobErrorKind.InvalidName, "shorter names")]
    [InlineData(5, BlobErrorKind.Unavailable, "errno 5")]
    public void An_error_of_the_file_system_says_what_helps(int errno, BlobErrorKind kind, string advice)
    {
        var error = LocalErrors.Translate("write", "/data/x", new IOException("native", errno));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldStartWith("Could not write /data/x: ");
        error.Message.ShouldContain(advice);
    }
}
