using System.Reflection;
using System.Runtime.InteropServices;

namespace Serverless.Benchmarks.Peers;

/// <summary>llama.cpp's C interface (llama.h) as of the version that peers/package.json names; only what is measured.</summary>
internal static unsafe partial class LlamaNative
{
    /// <summary>llama_model_params: nothing in it is changed.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    internal struct ModelParams
    {
        [FieldOffset(16)] public int GpuLayers;
    }

    /// <summary>llama_context_params: the fields that are set, the rest as the library's defaults have it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 160)]
    internal struct ContextParams
    {
        [FieldOffset(0)] public uint Context;
        [FieldOffset(4)] public uint Batch;
        [FieldOffset(8)] public uint MicroBatch;
        [FieldOffset(12)] public uint Sequences;
        [FieldOffset(28)] public int Threads;
        [FieldOffset(32)] public int BatchThreads;
        [FieldOffset(104)] public int KeyType;
        [FieldOffset(108)] public int ValueType;
    }

    /// <summary>llama_batch.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Batch
    {
        public int Count;
        public int* Tokens;
        public float* Embeddings;
        public int* Positions;
        public int* SequenceCounts;
        public int** Sequences;
        public byte* Logits;
    }

    /// <summary>Finds the libraries in the npm package, loads its CPU backends and turns its log off.</summary>
    /// <exception cref="InvalidOperationException">The library's structures are not those of this file.</exception>
    internal static void Load(string folder)
    {
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) =>
            NativeLibrary.Load(Directory.GetFiles(folder, $"lib{name}.v*.so").Single()));
        llama_log_set(&Ignore, null);
        ggml_backend_load_all_from_path(folder);
        llama_backend_init();
        ContextParams defaults = llama_context_default_params();
        if (defaults is not { Context: 512, Batch: 2048, MicroBatch: 512, Sequences: 1, Threads: 4, BatchThreads: 4, KeyType: 1, ValueType: 1 })
            throw new InvalidOperationException(
                $"llama.cpp in {folder} has other structures than LlamaNative.cs: install the version that peers/package.json names (npm ci).");
    }

    [LibraryImport("llama")]
    internal static partial void llama_backend_init();

    [LibraryImport("llama")]
    internal static partial ModelParams llama_model_default_params();

    [LibraryImport("llama")]
    internal static partial ContextParams llama_context_default_params();

    [LibraryImport("llama", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_model_load_from_file(string path, ModelParams parameters);

    [LibraryImport("llama")]
    internal static partial nint llama_init_from_model(nint model, ContextParams parameters);

    [LibraryImport("llama")]
    internal static partial nint llama_get_memory(nint context);

    [LibraryImport("llama")]
    internal static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport("llama")]
    internal static partial Batch llama_batch_init(int tokens, int embedding, int sequences);

    [LibraryImport("llama")]
    internal static partial void llama_batch_free(Batch batch);

    [LibraryImport("llama")]
    internal static partial int llama_decode(nint context, Batch batch);

    [LibraryImport("llama")]
    internal static partial float* llama_get_logits_ith(nint context, int index);

    [LibraryImport("llama")]
    internal static partial void llama_free(nint context);

    [LibraryImport("llama")]
    internal static partial void llama_model_free(nint model);

    [LibraryImport("llama")]
    internal static partial byte* llama_version();

    [LibraryImport("llama")]
    private static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* data);

    [LibraryImport("ggml", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ggml_backend_load_all_from_path(string folder);

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Ignore(int level, byte* text, void* data)
    {
    }
}
