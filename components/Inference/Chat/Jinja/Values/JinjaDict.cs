namespace Serverless.Inference.Chat.Jinja;

/// <summary>A dict that the template made, in order of insertion; keys are any values that Python can hash.</summary>
internal sealed class JinjaDict
{
    private static readonly object s_none = new();
    private readonly OrderedDictionary<object, object?> _items = new(KeyComparer.Instance);

    public int Count => _items.Count;

    public object? this[object? key]
    {
        set => _items[key ?? s_none] = value;
    }

    public bool TryGet(object? key, out object? value) => _items.TryGetValue(key ?? s_none, out value);

    public bool Remove(object? key, out object? value) => _items.Remove(key ?? s_none, out value);

    public void Clear() => _items.Clear();

    /// <summary>The pairs in order; a change of size while they are walked is an error, as in Python.</summary>
    public IEnumerable<KeyValuePair<object?, object?>> Pairs()
    {
        var count = _items.Count;
        for (var i = 0; i < _items.Count; i++)
        {
            var (key, value) = _items.GetAt(i);
            yield return new(ReferenceEquals(key, s_none) ? null : key, value);
            if (_items.Count != count)
                throw new JinjaException("dictionary changed size during iteration");
        }
    }

    /// <summary>Python's equality of keys: 1, 1.0 and True are one key.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => Equality.Same(x, y);

        public int GetHashCode(object key) => Equality.Hash(key);
    }
}
