namespace Dapr.Sidecar.Resiliency;

/// <summary>Values by name, so many at most: the one that was made first goes first.</summary>
internal sealed class BoundedCache<T>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, T> _values = [];
    private readonly Queue<string> _order = [];

    /// <summary>The value of a name, made when there is none.</summary>
    public T GetOrAdd(string name, int most, Func<string, T> create)
    {
        lock (_gate)
        {
            if (_values.TryGetValue(name, out var value))
            {
                return value;
            }

            while (_values.Count >= most)
            {
                _values.Remove(_order.Dequeue());
            }

            _order.Enqueue(name);
            return _values[name] = create(name);
        }
    }
}
