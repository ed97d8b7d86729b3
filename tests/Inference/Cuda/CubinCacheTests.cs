using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Tests.Loading;

namespace Serverless.Inference.Tests.Cuda;

public sealed class CubinCacheTests : IDisposable
{
    private static readonly Version Compiler = new(13, 0);
    private static readonly Version Driver = new(13, 0);

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Code_is_found_under_its_key_alone()
    {
        var cache = new CubinCache(folder.File("cuda"));
        cache.Find("a").ShouldBeNull();
        cache.TryKeep("a", [1, 2, 3]).ShouldBeTrue();
        cache.Find("a").ShouldBe([1, 2, 3]);
        cache.Find("b").ShouldBeNull();
        Directory.EnumerateFiles(folder.File("cuda")).Select(Path.GetFileName).ShouldBe(["a.cubin"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(32)]
    [InlineData(34)]
    public void A_file_that_was_cut_counts_as_absent_and_is_replaced(int length)
    {
        var cache = new CubinCache(folder.Path);
        cache.TryKeep("a", [1, 2, 3]).ShouldBeTrue();
        File.WriteAllBytes(folder.File("a.cubin"), File.ReadAllBytes(folder.File("a.cubin"))[..length]);
        cache.Find("a").ShouldBeNull();
        cache.TryKeep("a", [1, 2, 3]).ShouldBeTrue();
        cache.Find("a").ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_file_with_a_wrong_byte_counts_as_absent()
    {
        var cache = new CubinCache(folder.Path);
        cache.TryKeep("a", [1, 2, 3]).ShouldBeTrue();
        byte[] bytes = File.ReadAllBytes(folder.File("a.cubin"));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("a.cubin"), bytes);
        cache.Find("a").ShouldBeNull();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_keeps_nothing()
    {
        folder.With("file", "not a folder");
        new CubinCache(folder.File("file/cuda")).TryKeep("a", [1]).ShouldBeFalse();
    }

    [Fact]
    public void Everything_that_the_code_depends_on_changes_the_key()
    {
        string[] keys =
        [
            CubinCache.Key("a", ["-x", "-y"], Compiler, Driver),
            CubinCache.Key("b", ["-x", "-y"], Compiler, Driver),
            CubinCache.Key("a", ["-x"], Compiler, Driver),
            CubinCache.Key("a", ["-x-y"], Compiler, Driver),
            CubinCache.Key("a", ["-y", "-x"], Compiler, Driver),
            CubinCache.Key("a-x", ["-y"], Compiler, Driver),
            CubinCache.Key("a", ["-x", "-y"], new Version(12, 9), Driver),
            CubinCache.Key("a", ["-x", "-y"], Compiler, new Version(12, 9)),
        ];
        keys.ShouldBeUnique();
        CubinCache.Key("a", ["-x", "-y"], Compiler, Driver).ShouldBe(keys[0]);
        keys.ShouldAllBe(key => key.Length == 64);
    }

    [Fact]
    public void Code_is_kept_where_caches_are()
    {
        Find(("SERVERLESS_CACHE", "/own"), ("XDG_CACHE_HOME", "/xdg")).ShouldBe("/own/cuda");
        Find(("XDG_CACHE_HOME", "/xdg")).ShouldBe("/xdg/serverless/cuda");
        Find().ShouldEndWith("/.cache/serverless/cuda");
    }

    [Theory]
    [InlineData(9, 0, "sm_90a")]
    [InlineData(8, 0, "sm_80")]
    [InlineData(8, 9, "sm_89")]
    [InlineData(12, 0, "sm_120")]
    public void Kernels_are_compiled_for_the_card_at_hand(int major, int minor, string architecture) =>
        KernelCompiler.OptionsFor(major, minor).ShouldBe([$"--gpu-architecture={architecture}", "--std=c++17"]);

    public void Dispose() => folder.Dispose();

    private static string Find(params (string Name, string Value)[] variables) =>
        CacheFolder.Find(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
