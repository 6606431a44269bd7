export { prometheus, type PrometheusOptions } from './prometheus.js';
