global using Serverless.Inference.Kernels;
