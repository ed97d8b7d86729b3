namespace Dapr.Sidecar.Store;

/// <summary>The <c>connectionString</c> of SQLite components: a path, <c>file:PATH?options</c> or <c>data source=PATH</c>.</summary>
internal static class ConnectionString
{
    /// <summary>The path of the file; null for none. Options are ours to set: they have no effect.</summary>
    public static string? PathOf(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var path = text;
        foreach (var prefix in new[] { "data source=", "file:" })
        {
            path = path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? path[prefix.Length..] : path;
        }

        var end = path.IndexOfAny(['?', ';']);
        return end < 0 ? path : path[..end];
    }

    /// <summary>Whether it asks for a database in memory.</summary>
    public static bool IsInMemory(string? text) => text is not null && (text.Contains(":memory:", StringComparison.Ordinal) || text.Contains("mode=memory", StringComparison.OrdinalIgnoreCase));
}
