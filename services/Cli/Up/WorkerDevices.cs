using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Cli.Up;

/// <summary>Which worker has which cards: a card belongs to one process.</summary>
internal static class WorkerDevices
{
    /// <summary>Deals the cards out in turn.</summary>
    /// <param name="cards">The cards; none: all workers run on the CPU.</param>
    /// <param name="workers">Worker processes.</param>
    /// <returns>The <c>--device</c> of each worker.</returns>
    /// <exception cref="FormatException">There are fewer cards than workers.</exception>
    public static IReadOnlyList<string> Divide(IReadOnlyList<CudaDevice> cards, int workers)
    {
        if (cards.Count == 0)
        {
            return [.. Enumerable.Repeat("cpu", workers)];
        }

        if (workers > cards.Count)
        {
            throw new FormatException(
                $"--workers: {workers} workers need a GPU each, and there {(cards.Count == 1 ? "is 1" : $"are {cards.Count}")}. One worker runs an engine on each of its GPUs; --device cpu leaves them out.");
        }

        return [.. Enumerable.Range(0, workers).Select(worker => $"cuda:{string.Join(',', cards.Where((_, i) => i % workers == worker).Select(card => card.Index))}")];
    }
}
