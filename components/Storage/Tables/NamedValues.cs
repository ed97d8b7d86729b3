using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Serverless.Storage.Tables;

/// <summary>The values of one record under their names, in the record's order. Records of a file that have the same names share them.</summary>
/// <param name="names">The names, each once. Not copied: must not change any more.</param>
/// <param name="values">The values, as many as there are names. Not copied.</param>
[SuppressMessage("Naming", "CA1710", Justification = "Names and values of a record, to be read as a dictionary, are no collection of their own kind.")]
public sealed class NamedValues(string[] names, object?[] values) : IReadOnlyDictionary<string, object?>
{
    private const int NotThere = -1;

    /// <summary>The names: the same object for records that have the same ones, as far as their reader could see.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "Shared by the rows of a file, which is what makes them cheap.")]
    public string[] Names => names;

    /// <summary>The values in the order of the names.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "Becomes the row's own values without a copy.")]
    public object?[] Values => values;

    /// <inheritdoc/>
    public int Count => names.Length;

    /// <inheritdoc/>
    public object? this[string key] => IndexOf(key) is var at and not NotThere ? values[at] : throw new KeyNotFoundException($"There is no \"{key}\".");

    IEnumerable<string> IReadOnlyDictionary<string, object?>.Keys => names;

    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => values;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => IndexOf(key) != NotThere;

    /// <inheritdoc/>
    public bool TryGetValue(string key, out object? value)
    {
        var at = IndexOf(key);
        value = at == NotThere ? null : values[at];
        return at != NotThere;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => names.Zip(values, KeyValuePair.Create).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name) => Array.IndexOf(names, name);
}
