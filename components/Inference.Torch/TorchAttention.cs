using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>softmax(scale * q . k) v in float32, for sequences of one shape.</summary>
internal static class TorchAttention
{
    /// <summary>Computes a tile.</summary>
    /// <param name="queries">[rows of the step, query heads * head size].</param>
    /// <param name="keys">[slots, kv heads * head size].</param>
    /// <param name="values">[slots, kv heads * head size].</param>
    /// <param name="tile">Which rows see which slots.</param>
    /// <param name="shape">Heads and their size.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <returns>[rows of the tile, query heads * head size], float32.</returns>
    public static torch.Tensor Attend(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, AttentionTile tile, KvCacheShape shape, float scale)
    {
        long sequences = tile.Sequences, rows = tile.RowsEach, heads = shape.KvHeads, size = shape.HeadSize;
        long group = queries.shape[1] / (heads * size);

        // The query heads of one key head, and their rows, are one matrix.
        var q = queries.index_select(0, tile.Rows).to(torch.float32).view(sequences, rows, heads, group, size)
            .permute(0, 2, 3, 1, 4).reshape(sequences, heads, group * rows, size);
        var k = Gather(keys).permute(0, 2, 3, 1);
        var v = Gather(values).permute(0, 2, 1, 3);
        var scores = q.matmul(k).mul_(scale).view(sequences, heads, group, rows, tile.Keys).masked_fill_(tile.Hidden, float.NegativeInfinity);
        var weights = scores.softmax(-1).view(sequences, heads, group * rows, tile.Keys);
        return weights.matmul(v).view(sequences, heads, group, rows, size).permute(0, 3, 1, 2, 4).reshape(sequences * rows, heads * group * size);

        torch.Tensor Gather(torch.Tensor numbers) => numbers.index_select(0, tile.Slots).to(torch.float32).view(sequences, tile.Keys, heads, size);
    }
}
