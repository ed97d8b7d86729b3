namespace Serverless.Cli.Up;

/// <summary>Which worker has which cards: a card belongs to one process.</summary>
internal static class WorkerDevices
{
    /// <summary>Deals the cards out in turn.</summary>
    /// <param name="devices">The cards; none: all workers run on the same device without.</param>
    /// <param name="workers">Worker processes.</param>
    /// <returns>The <c>--device</c> of each worker.</returns>
    /// <exception cref="FormatException">There are fewer cards than workers.</exception>
    public static IReadOnlyList<string> Divide(EngineDevices devices, int workers)
    {
        var cards = devices.Cards;
        if (cards.Count == 0)
        {
            return [.. Enumerable.Repeat(devices.WithoutCards, workers)];
        }

        if (workers > cards.Count)
        {
            throw new FormatException(
                $"--workers: {workers} workers need a GPU each, and there {(cards.Count == 1 ? "is 1" : $"are {cards.Count}")}. One worker runs an engine on each of its GPUs; --device cpu leaves them out.");
        }

        return [.. Enumerable.Range(0, workers).Select(worker => $"cuda:{string.Join(',', cards.Where((_, i) => i % workers == worker).Select(card => card.Index))}")];
    }
}
