using System.Text.Json;

namespace Serverless.Api.Security;

/// <summary>The keys of an installation: one JSON file, readable by its owner only, read again when it changed. Written whole, by rename.</summary>
/// <param name="path">The file; it need not be there.</param>
public sealed class ApiKeyFile(string path)
{
    /// <summary>The file's name in a data folder.</summary>
    public const string FileName = "api-keys.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Lock _gate = new();
    private IReadOnlyList<ApiKey> _keys = [];
    private DateTime _readAt;

    /// <summary>All keys, revoked and expired ones too.</summary>
    /// <exception cref="IOException">The file cannot be read, or is no list of keys.</exception>
    public IReadOnlyList<ApiKey> Keys
    {
        get
        {
            lock (_gate)
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (written != _readAt)
                {
                    _keys = Read();
                    _readAt = written;
                }

                return _keys;
            }
        }
    }

    /// <summary>The key that a text is; null if there is none, or it is revoked or expired.</summary>
    public ApiKey? Find(string text, DateTimeOffset now) =>
        ApiKey.Parse(text) is { } parts && Keys.FirstOrDefault(key => key.Id == parts.Id) is { } key && key.Matches(parts.Secret) && key.IsValidAt(now) ? key : null;

    /// <summary>Adds a key.</summary>
    public void Add(ApiKey key) => Write([.. Read(), key]);

    /// <summary>Revokes a key; false if there is none of that id.</summary>
    public bool Revoke(string id, DateTimeOffset now)
    {
        var keys = Read();
        if (!keys.Any(key => key.Id == id))
        {
            return false;
        }

        Write([.. keys.Select(key => key.Id == id && key.RevokedAt is null ? key with { RevokedAt = now } : key)]);
        return true;
    }

    private List<ApiKey> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<List<ApiKey>>(File.ReadAllText(path), Json) ?? [] : [];
        }
        catch (JsonException error)
        {
            throw new IOException($"{path} is no file of API keys: {error.Message}", error);
        }
    }

    private void Write(IReadOnlyList<ApiKey> keys)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var next = path + ".new";
        var ownersOnly = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            ownersOnly.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(next, ownersOnly))
        {
            JsonSerializer.Serialize(file, keys, Json);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
