using Serverless.Storage.Blobs;

namespace Serverless.Storage.Tests.Blobs;

public sealed class LocalCopiesTests
{
    [Fact]
    public async Task Readers_at_once_and_after_each_other_share_a_copy()
    {
        var copies = new LocalCopies(idleBytes: 100);
        var fetched = 0;
        using (var first = await Get("a", 100))
        using (var second = await Get("a", 100)) second.Path.ShouldBe(first.Path);
        using (var third = await Get("a", 100)) File.Exists(third.Path).ShouldBeTrue();
        fetched.ShouldBe(1);

        async Task<LocalFile> Get(string version, long bytes) => await copies.GetAsync(version, bytes, () =>
        {
            fetched++;
            return Task.FromResult(Scratch.NewFile());
        }, CancellationToken.None);
    }

    [Fact]
    public async Task Unread_copies_go_when_there_are_too_many_bytes_of_them_the_oldest_first()
    {
        var copies = new LocalCopies(idleBytes: 100);
        var paths = new List<string>();
        foreach (var (version, bytes) in new[] { ("a", 60L), ("b", 40L), ("c", 60L), ("huge", 101L) })
        {
            using var file = await copies.GetAsync(version, bytes, () => Task.FromResult(Scratch.NewFile()), CancellationToken.None);
            paths.Add(file.Path);
            File.Exists(file.Path).ShouldBeTrue();
            if (version == "c") File.Exists(paths[0]).ShouldBeTrue();
        }

        paths.Select(File.Exists).ShouldBe([false, false, false, false]);
    }

    [Fact]
    public async Task A_copy_that_is_being_read_stays()
    {
        var copies = new LocalCopies(idleBytes: 0);
        var read = await copies.GetAsync("a", 50, () => Task.FromResult(Scratch.NewFile()), CancellationToken.None);
        using (await copies.GetAsync("b", 50, () => Task.FromResult(Scratch.NewFile()), CancellationToken.None)) File.Exists(read.Path).ShouldBeTrue();
        File.Exists(read.Path).ShouldBeTrue();
        read.Dispose();
        read.Dispose();
        File.Exists(read.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_fetch_that_failed_is_done_anew()
    {
        var copies = new LocalCopies(idleBytes: 100);
        await Should.ThrowAsync<InvalidDataException>(() => copies.GetAsync("a", 1, () => Task.FromException<LocalFile>(new InvalidDataException("broke off")), CancellationToken.None).AsTask());
        using var file = await copies.GetAsync("a", 1, () => Task.FromResult(Scratch.NewFile()), CancellationToken.None);
        File.Exists(file.Path).ShouldBeTrue();
    }
}
