using Serverless.Inference.Tokenization.Bpe;

namespace Serverless.Inference.Tokenization;

/// <summary>
/// Lends scratch memory without locks: a thread looks first at the slot of the core that it runs on, so that caches stay warm
/// there. At most one is kept for each core; more calls at once make their own and drop it.
/// </summary>
internal sealed class ScratchPool(MergeTable merges)
{
    private readonly TokenizerScratch?[] _slots = new TokenizerScratch?[Environment.ProcessorCount];

    /// <summary>Takes scratch memory out of the pool.</summary>
    public TokenizerScratch Rent()
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Interlocked.Exchange(ref _slots[(first + i) % _slots.Length], null) is TokenizerScratch scratch)
                return scratch;
        }

        return new TokenizerScratch(merges);
    }

    /// <summary>Puts it back.</summary>
    public void Return(TokenizerScratch scratch)
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _slots[(first + i) % _slots.Length], scratch, null) is null)
                return;
        }
    }
}
