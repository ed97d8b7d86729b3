using System.Numerics;
using System.Runtime.InteropServices;
using static Serverless.Benchmarks.Peers.LlamaNative;

namespace Serverless.Benchmarks.Peers;

/// <summary>A model in llama.cpp, greedy, with as many sequences in one batch as are asked for.</summary>
public sealed unsafe class LlamaCpp : IDisposable
{
    private const int BatchTokens = 512;
    private readonly nint _model;
    private readonly nint _context;
    private readonly int _vocabulary;
    private Batch _batch;

    /// <summary>Loads a GGUF file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">Logits of a row.</param>
    /// <param name="threads">Threads, for prompts and for new tokens.</param>
    /// <param name="sequences">Most sequences at once.</param>
    /// <param name="length">Most tokens of one of them.</param>
    public LlamaCpp(string path, int vocabulary, int threads, int sequences, int length)
    {
        _vocabulary = vocabulary;
        _model = llama_model_load_from_file(path, llama_model_default_params());
        if (_model == 0) throw new InvalidOperationException($"llama.cpp could not load {path}.");
        ContextParams parameters = llama_context_default_params();
        parameters.Context = (uint)(sequences * length);
        parameters.Batch = parameters.MicroBatch = BatchTokens;
        parameters.Sequences = (uint)sequences;
        parameters.Threads = parameters.BatchThreads = threads;
        _context = llama_init_from_model(_model, parameters);
        if (_context == 0) throw new InvalidOperationException($"llama.cpp could not make a context of {sequences} x {length} tokens.");
        _batch = llama_batch_init(BatchTokens, 0, 1);
    }

    /// <summary>The library's version.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)llama_version()) ?? "unknown";

    /// <summary>Continues every prompt by the most probable tokens, all prompts at once.</summary>
    public int[][] Generate(int[][] prompts, int newTokens)
    {
        var results = prompts.Select(_ => new List<int>(newTokens)).ToArray();
        Forget();
        for (int sequence = 0; sequence < prompts.Length; sequence++)
        {
            for (int at = 0; at < prompts[sequence].Length; at++)
            {
                if (_batch.Count == BatchTokens) Run(results);
                Add(prompts[sequence][at], at, sequence, at == prompts[sequence].Length - 1);
            }
        }

        Run(results);
        for (int step = 1; step < newTokens; step++)
        {
            for (int sequence = 0; sequence < prompts.Length; sequence++)
                Add(results[sequence][^1], prompts[sequence].Length + step - 1, sequence, true);
            Run(results);
        }

        return [.. results.Select(list => list.ToArray())];
    }

    /// <summary>The logits after a prompt of at most 512 tokens.</summary>
    public float[] Logits(int[] prompt)
    {
        Forget();
        for (int at = 0; at < prompt.Length; at++) Add(prompt[at], at, 0, at == prompt.Length - 1);
        Decode();
        return new Span<float>(llama_get_logits_ith(_context, prompt.Length - 1), _vocabulary).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        llama_batch_free(_batch);
        llama_free(_context);
        llama_model_free(_model);
    }

    private void Forget()
    {
        llama_memory_clear(llama_get_memory(_context), data: false);
        _batch.Count = 0;
    }

    private void Add(int token, int position, int sequence, bool logits)
    {
        int at = _batch.Count++;
        _batch.Tokens[at] = token;
        _batch.Positions[at] = position;
        _batch.SequenceCounts[at] = 1;
        _batch.Sequences[at][0] = sequence;
        _batch.Logits[at] = logits ? (byte)1 : (byte)0;
    }

    private void Run(List<int>[] results)
    {
        Decode();
        for (int at = 0; at < _batch.Count; at++)
        {
            if (_batch.Logits[at] == 0) continue;
            var logits = new ReadOnlySpan<float>(llama_get_logits_ith(_context, at), _vocabulary);
            results[_batch.Sequences[at][0]].Add(Best(logits));
        }

        _batch.Count = 0;
    }

    private static int Best(ReadOnlySpan<float> logits)
    {
        var most = new Vector<float>(float.NegativeInfinity);
        int whole = logits.Length / Vector<float>.Count * Vector<float>.Count;
        for (int i = 0; i < whole; i += Vector<float>.Count) most = Vector.Max(most, new Vector<float>(logits[i..]));
        float best = float.NegativeInfinity;
        for (int i = 0; i < Vector<float>.Count; i++) best = Math.Max(best, most[i]);
        foreach (float logit in logits[whole..]) best = Math.Max(best, logit);
        return logits.IndexOf(best);
    }

    private void Decode()
    {
        int status = llama_decode(_context, _batch);
        if (status != 0) throw new InvalidOperationException($"llama_decode failed with status {status}.");
    }
}
