using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Inference.Tests.Loading.Hub;

/// <summary>
/// A hub with one model, acme/tiny, that speaks the protocol of huggingface.co: the listing of a revision, small files in place, large
/// ones (safetensors) by redirect to a storage server at another address. Tests put failures in its way.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LoopbackServer hub;
    private readonly LoopbackServer storage;

    public FakeHub()
    {
        hub = new LoopbackServer(request => OnHub?.Invoke(request) ?? Answer(request));
        storage = new LoopbackServer(request => OnStorage?.Invoke(request) ?? Content(request, Large.Single(file => request.Path == "/" + Sha256(file.Value)).Value));
    }

    public TemporaryFolder Cache { get; } = new();

    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal)
    {
        ["README.md"] = "# Tiny"u8.ToArray(),
        ["config.json"] = Encoding.UTF8.GetBytes(ConfigJson.Llama()),
        ["tokenizer.json"] = "{}"u8.ToArray(),
        ["model.safetensors"] = SafetensorsBytes.Vectors(("a", [.. Enumerable.Range(0, 1000).Select(i => (float)i)])),
        ["pytorch_model.bin"] = new byte[8],
        ["onnx/model.safetensors"] = new byte[8],
    };

    /// <summary>Replies in place of the hub's own; null goes on.</summary>
    public Func<Request, Reply?>? OnHub { get; set; }

    /// <summary>Replies in place of the storage server's own; null goes on.</summary>
    public Func<Request, Reply?>? OnStorage { get; set; }

    public IReadOnlyList<Request> HubRequests => [.. hub.Requests];

    public IReadOnlyList<Request> StorageRequests => [.. storage.Requests];

    public Uri StorageAddress => storage.Address;

    public HubOptions Options => new() { Endpoint = hub.Address, CacheFolder = Cache.Path };

    public string Blob(string file) => Path.Combine(Cache.Path, "models--acme--tiny", "blobs", TagOf(file));

    private IEnumerable<KeyValuePair<string, byte[]>> Large => Files.Where(file => file.Key.EndsWith(".safetensors", StringComparison.Ordinal));

    /// <summary>Downloads the model with a clock that does not let anyone wait; fails if that takes half a minute.</summary>
    public Task<HubSnapshot> GetAsync(
        string model = "acme/tiny", Func<HubOptions, HubOptions>? change = null, TimeProvider? time = null,
        IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var client = new HubClient((change ?? (options => options))(Options), time ?? new ImpatientTime());
        return client.GetAsync(HubReference.Parse(model), progress, cancellationToken).WaitAsync(Patience, CancellationToken.None);
    }

    /// <summary>A file's bytes from where the request wants them.</summary>
    public static Reply Content(Request request, byte[] content, params (string Name, string Value)[] headers)
    {
        if (request.From == 0) return new Reply(200, content, headers);
        if (request.From >= content.Length) return new Reply(416);
        return new Reply(206, content[request.From..], [.. headers, ("Content-Range", $"bytes {request.From}-{content.Length - 1}/{content.Length}")]);
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public void Dispose()
    {
        hub.Dispose();
        storage.Dispose();
        Cache.Dispose();
    }

    private string TagOf(string file) => file.EndsWith(".safetensors", StringComparison.Ordinal) ? Sha256(Files[file]) : Sha256(Files[file])[..40];

    private Reply Answer(Request request)
    {
        if (request.Path is "/api/models/acme/tiny/revision/main" or $"/api/models/acme/tiny/revision/{Commit}" or "/api/models/acme/tiny/revision/refs%2Fpr%2F1")
            return new Reply(200, Listing());
        const string Resolve = $"/acme/tiny/resolve/{Commit}/";
        if (!request.Path.StartsWith(Resolve, StringComparison.Ordinal) || !Files.TryGetValue(request.Path[Resolve.Length..], out byte[]? content))
            return new Reply(404, null, ("X-Error-Code", request.Path.Contains("/tiny/", StringComparison.Ordinal) ? "RevisionNotFound" : "RepoNotFound"));

        string name = request.Path[Resolve.Length..];
        return name.EndsWith(".safetensors", StringComparison.Ordinal)
            ? new Reply(302, null, ("Location", $"{storage.Address}{Sha256(content)}"), ("X-Linked-ETag", $"\"{Sha256(content)}\""), ("X-Linked-Size", $"{content.Length}"))
            : Content(request, content, ("ETag", $"\"{TagOf(name)}\""));
    }

    private byte[] Listing() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["id"] = "acme/tiny",
        ["sha"] = Commit,
        ["siblings"] = new JsonArray([.. Files.Keys.Select(name => new JsonObject { ["rfilename"] = name })]),
    }.ToJsonString());
}
