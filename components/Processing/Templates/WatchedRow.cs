using System.Collections;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Templates;

/// <summary>A row as a template sees it; remembers the last column that was looked for in vain.</summary>
internal sealed class WatchedRow(Row row) : IReadOnlyDictionary<string, object?>
{
    readonly IReadOnlyDictionary<string, object?> columns = row;

    public string? Missed { get; private set; }

    public int Count => columns.Count;

    public IEnumerable<string> Keys => columns.Keys;

    public IEnumerable<object?> Values => columns.Values;

    public object? this[string key] => columns[key];

    public bool TryGetValue(string key, out object? value)
    {
        if (columns.TryGetValue(key, out value))
            return true;
        Missed = key;
        return false;
    }

    public bool ContainsKey(string key) => columns.ContainsKey(key);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => columns.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
